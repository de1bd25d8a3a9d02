"""Transcript: the turns that stand, and the words in progress, from the event log.

Pure. A final that continues earlier ones replaces them for good; words in progress hide them while they
stand. Events may come again or late: the state does not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import msgspec

from bus import messages as m
from bus.audio import SAMPLE_RATE
from bus.log.redaction import redacted

Outcome = m.FinalTranscribed | m.UtteranceDiscarded | m.UtteranceLost
Place = tuple[str, int]
"""Source and number of an utterance."""

SETTLED_AFTER_S = 2.0
"""A turn is not continued later than this after its final: stt joins speech after at most 1.2 s of silence,
and its first words come within a second."""
SETTLED_IN_SPEECH_AFTER_S = 6.0
"""The same while its speaker speaks and no words of that have come yet, as on a busy machine."""


@dataclass(frozen=True)
class Words:
    """The words of an utterance in progress, with those of the earlier ones that it continues."""

    source: str
    utterance: int
    text: str
    stable_words: int
    replaces: tuple[int, ...]
    complete: bool = False
    """They will be final if no more speech follows."""


@dataclass
class Transcript:
    """The turns of a session.

    Args:
        limit: How many outcomes are remembered; None for all.
    """

    limit: int | None = None
    first_sample_ns: dict[str, int] = field(default_factory=dict)
    """Monotonic time at which sample 0 of each source was due."""
    _outcomes: dict[Place, Outcome] = field(default_factory=dict)
    """In the order of the log."""
    _open: dict[Place, Words] = field(default_factory=dict)
    _start_sample: dict[Place, int] = field(default_factory=dict)
    """First samples of utterances in progress."""
    _resumed_sample: dict[str, int] = field(default_factory=dict)
    """Where speech last continued after a pause, by source."""
    _begun: dict[str, int] = field(default_factory=dict)
    """The utterance that began and has no words yet, by source."""
    _newest: tuple[Place, int] = (("", 0), 0)
    """The newest final, and when it was logged."""

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        event = logged.event
        match event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self.first_sample_ns[source] = first_sample_ns
            case m.SpeechStarted(source=source, utterance=utterance, start_sample=start):
                self._begun[source] = utterance
                self._start_sample[source, utterance] = start
            case m.FinalTranscribed() | m.UtteranceDiscarded() | m.UtteranceLost():
                self._end(event, logged.logged_ns)
            case m.TranscriptRevised(source=source, utterance=utterance, text=text):
                final = self._outcomes.get((source, utterance))
                if isinstance(final, m.FinalTranscribed):
                    revised = msgspec.structs.replace(final, text=text, unconfirmed=False)
                    self._outcomes[source, utterance] = revised
            case m.PartialTranscribed() | m.EndpointPredicted():
                self._grow(event)
            case m.SpeechResumed(source=source, utterance=utterance, resumed_sample=resumed):
                self._resumed_sample[source] = resumed
                if words := self._open.get((source, utterance)):
                    self._open[source, utterance] = replace(words, complete=False)
            case m.LogRedacted() as redaction:
                self._redact(redaction)
            case _:
                pass

    def outcomes(self, *, ended: bool = False) -> list[Outcome]:
        """Return the outcomes that stand, in the order in which the utterances began.

        Args:
            ended: Return also those that words in progress hide.
        """
        hidden = self._replaced() | (set() if ended else self._hidden())
        found = [outcome for place, outcome in self._outcomes.items() if place not in hidden]
        return sorted(found, key=self.start_ns)

    def settled(self, now_ns: int) -> list[Outcome]:
        """Return the outcomes of `outcomes` that will not be continued after this monotonic time."""
        held, logged_ns = self._newest
        wait_s = SETTLED_IN_SPEECH_AFTER_S if held[0] in self._begun else SETTLED_AFTER_S
        is_over = now_ns - logged_ns > wait_s * 1e9
        return [outcome for outcome in self.outcomes() if is_over or place_of(outcome) != held]

    def in_progress(self) -> list[Words]:
        """Return the words of utterances without an outcome."""
        hidden = self._replaced() | self._hidden()
        return [words for place, words in self._open.items() if place not in hidden]

    def start_ns(self, outcome: Outcome) -> int:
        """Return the monotonic time at which a turn began."""
        zero_ns = self.first_sample_ns.get(outcome.source, 0)
        return zero_ns + outcome.start_sample * 1_000_000_000 // SAMPLE_RATE

    def words_start_ns(self, words: Words) -> int:
        """Return the monotonic time at which a turn in progress began."""
        numbers = (*words.replaces, words.utterance)
        known = [self._outcomes.get((words.source, number)) for number in words.replaces]
        starts = [outcome.start_sample for outcome in known if outcome is not None]
        starts += [
            self._start_sample[each]
            for number in numbers
            if (each := (words.source, number)) in self._start_sample
        ]
        zero_ns = self.first_sample_ns.get(words.source, 0)
        return zero_ns + min(starts, default=1 << 50) * 1_000_000_000 // SAMPLE_RATE

    def _end(self, outcome: Outcome, logged_ns: int) -> None:
        place = place_of(outcome)
        self._open.pop(place, None)
        self._start_sample.pop(place, None)
        self._forget_begun(place)
        if place in self._outcomes:
            return  # repeated by a restarted stt
        self._outcomes[place] = outcome
        if isinstance(outcome, m.FinalTranscribed):
            self._newest = place, logged_ns
        if self.limit is not None and len(self._outcomes) > self.limit:
            del self._outcomes[next(iter(self._outcomes))]

    def _redact(self, redaction: m.LogRedacted) -> None:
        for each in redaction.utterances:
            self._open.pop((each.source, each.utterance), None)
        for place, outcome in self._outcomes.items():
            left = redacted(redaction, outcome)
            self._outcomes[place] = left if isinstance(left, Outcome) else outcome

    def _grow(self, event: m.PartialTranscribed | m.EndpointPredicted) -> None:
        place = event.source, event.utterance
        before = self._open.get(place)
        if not event.text or place in self._outcomes:
            return
        if isinstance(event, m.EndpointPredicted):
            if event.quiet_sample <= self._resumed_sample.get(event.source, -1):
                return  # of a pause that is over
            stable, complete = before.stable_words if before else 0, True
        elif before and before.complete:
            return  # of less audio than the words at the pause
        else:
            stable, complete = event.stable_words, False
        self._forget_begun(place)
        self._open[place] = Words(*place, event.text, stable, tuple(event.replaces), complete)

    def _forget_begun(self, place: Place) -> None:
        if self._begun.get(place[0]) == place[1]:
            del self._begun[place[0]]

    def _replaced(self) -> set[Place]:
        finals = (each for each in self._outcomes.values() if isinstance(each, m.FinalTranscribed))
        return {(final.source, number) for final in finals for number in final.replaces}

    def _hidden(self) -> set[Place]:
        return {(words.source, number) for words in self._open.values() for number in words.replaces}


def place_of(outcome: Outcome) -> Place:
    """Return the source and number of the newest utterance of a turn."""
    return outcome.source, outcome.utterance
