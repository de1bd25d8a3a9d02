"""Turns: which earlier utterances of its speaker an utterance continues. A projection of the event log.

A pause inside a sentence ends an utterance too. When its speaker continues soon, both belong to one turn and
are transcribed together. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bus import messages as m
from bus.audio import SAMPLE_RATE
from stt.utterances.open_utterances import Key
from stt.utterances.open_words import SENTENCE_ENDS

_GAP = round(1.2 * SAMPLE_RATE)
"""Longest pause inside a turn, up to the pre-roll of the next utterance."""
_UNFINISHED_GAP = 2 * SAMPLE_RATE
"""The same after words that end no sentence."""
_LENGTH = 30 * SAMPLE_RATE
"""A turn that is longer ends with its utterance …"""
_UNFINISHED_LENGTH = 60 * SAMPLE_RATE
"""… unless that ends no sentence; then with this length at the latest."""
_OVERLAP_NS = 250_000_000
"""Another source that begins so shortly before does not interrupt: both begin together, or one is an echo."""
_BESIDE = round(0.3 * SAMPLE_RATE)
"""Speech so close to missing audio began or went on in it."""
_REMEMBERED = 8


@dataclass(frozen=True)
class Turn:
    """Utterances of one source that belong together, so far."""

    utterances: tuple[int, ...]
    start_sample: int
    quiet_sample: int
    """First sample after its last speech."""
    stop_sample: int
    text: str | None = None
    """The words of all of it; None while its last utterance has no final transcript."""

    @property
    def is_unfinished(self) -> bool:
        """Whether its words are known and do not end a sentence."""
        text = (self.text or "").rstrip("\"'”’)")
        return bool(text) and not text.endswith(SENTENCE_ENDS)

    def then(self, later: Turn) -> Turn:
        """Return this turn, continued by a later one."""
        return replace(
            later, utterances=(*self.utterances, *later.utterances), start_sample=self.start_sample
        )


@dataclass(frozen=True)
class _Start:
    """The start of an utterance."""

    start_sample: int
    detected_sample: int


class Turns:
    """The last turns of each source."""

    def __init__(self) -> None:
        self._turns: dict[str, list[Turn]] = {}
        """Ended, by source, in order; each holds utterances that no other holds."""
        self._starts: dict[str, dict[int, _Start]] = {}
        """By source and utterance."""
        self._first_sample_ns: dict[str, int] = {}
        self._barriers: dict[str, int] = {}
        """By source: the newest sample that no turn spans."""
        self._lost: dict[str, list[tuple[int, int]]] = {}
        """By source: first sample and end of missing audio."""

    def apply(self, logged: m.Logged) -> None:
        """Update the state with one event."""
        event = logged.event
        match event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns.setdefault(source, first_sample_ns)
            case m.AudioLost(source=source) if event.may_have_words:
                self._barriers[source] = event.stop_sample
                lost = [*self._lost.get(source, []), (event.start_sample, event.stop_sample)]
                self._lost[source] = lost[-_REMEMBERED:]
            case m.CapturePaused(source=source, sample=sample):
                self._barriers[source] = sample
            case m.PracticeQuestionAsked():  # the microphone may hear the program's voice
                for source, zero_ns in self._first_sample_ns.items():
                    self._barriers[source] = (logged.logged_ns - zero_ns) * SAMPLE_RATE // 1_000_000_000
            case m.TurnStarted(from_sample=sample):
                self._barriers.update(dict.fromkeys(self._first_sample_ns, sample))
            case m.SpeechStarted(source=source, utterance=number):
                starts = self._starts.setdefault(source, {})
                starts[number] = _Start(event.start_sample, event.detected_sample)
                for old in [each for each in starts if each <= number - _REMEMBERED]:
                    del starts[old]
            case m.SpeechEnded(source=source, utterance=number):
                self._put(source, Turn((number,), event.start_sample, event.quiet_sample, event.stop_sample))
            case m.FinalTranscribed(source=source, utterance=number):
                utterances = (*event.replaces, number)
                samples = event.start_sample, event.quiet_sample, event.stop_sample
                self._put(source, Turn(utterances, *samples, event.text))
            case m.TranscriptRevised(source=source, utterance=number, text=text):
                turns = self._turns.get(source, [])
                turns[:] = [
                    replace(each, text=text) if each.utterances[-1] == number else each for each in turns
                ]
            case (
                m.UtteranceDiscarded(source=source, utterance=number)
                | m.UtteranceLost(source=source, utterance=number)
            ):
                self._starts.get(source, {}).pop(number, None)
                turns = self._turns.get(source, [])
                turns[:] = [each for each in turns if number not in each.utterances]
            case _:
                pass

    def before(self, key: Key) -> Turn | None:
        """Return the turn that this utterance continues; None if it begins one."""
        source, number = key
        start = self._starts.get(source, {}).get(number)
        earlier = [each for each in self._turns.get(source, []) if each.utterances[-1] < number]
        if start is None or not earlier:
            return None
        return self._continued(source, earlier, start)

    def words_before(self, key: Key, replaces: tuple[int, ...]) -> str:
        """Return the words of the turn that this utterance continues, if it consists of these utterances."""
        turn = self.before(key) if replaces else None
        return (turn.text or "") if turn and turn.utterances == replaces else ""

    def is_beside_gap(self, source: str, start_sample: int, stop_sample: int) -> bool:
        """Return whether audio is missing in these samples, or right before or after them."""
        return any(
            start - _BESIDE <= stop_sample and start_sample <= stop + _BESIDE
            for start, stop in self._lost.get(source, [])
        )

    def _continued(self, source: str, earlier: list[Turn], start: _Start) -> Turn | None:
        *others, last = earlier
        if last.text is None and others and (own := self._starts[source].get(last.utterances[0])):
            before = self._continued(source, others, own)
            last = before.then(last) if before else last
        return last if self._goes_on(source, last, start) else None

    def _goes_on(self, source: str, turn: Turn, start: _Start) -> bool:
        gap, length = start.start_sample - turn.quiet_sample, turn.quiet_sample - turn.start_sample
        unfinished = turn.is_unfinished
        return (
            gap <= (_UNFINISHED_GAP if unfinished else _GAP)
            and length <= (_UNFINISHED_LENGTH if unfinished else _LENGTH)
            and not turn.start_sample < self._barriers.get(source, 0) <= start.detected_sample
            and not self._is_interrupted(source, turn.quiet_sample, start.detected_sample)
        )

    def _is_interrupted(self, source: str, quiet_sample: int, detected_sample: int) -> bool:
        """Return whether another source began to speak in a pause."""
        since_ns = self._ns(source, quiet_sample)
        until_ns = self._ns(source, detected_sample) - _OVERLAP_NS
        return any(
            since_ns < self._ns(other, start.detected_sample) < until_ns
            for other, starts in self._starts.items()
            for start in starts.values()
            if other != source
        )

    def _ns(self, source: str, sample: int) -> int:
        return self._first_sample_ns.get(source, 0) + sample * 1_000_000_000 // SAMPLE_RATE

    def _put(self, source: str, turn: Turn) -> None:
        """Store a turn in place of those of its utterances."""
        turns = self._turns.setdefault(source, [])
        if any(turn.utterances[-1] < each.utterances[-1] for each in turns if each.text is not None):
            return  # replayed
        kept = [each for each in turns if not set(each.utterances) & set(turn.utterances)]
        turns[:] = sorted([*kept, turn], key=lambda each: each.utterances[-1])[-_REMEMBERED:]
