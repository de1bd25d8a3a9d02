"""Leaves out of a microphone's transcript the words that another source said at that time.

Cancellation removes most of an echo from the audio; this removes what is still recognized. It acts only on a
microphone in which capture has detected an echo. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import msgspec

from bus import messages as m
from bus.audio import SAMPLE_RATE
from bus.messages import Event, Logged

_SLACK_S = 1.5
"""How far a word may be from where an even pace puts it in its utterance."""

_PACE_S = 3.0
"""How far a word may be from the one it repeats; utterances have pauses, so their pace is rarely even."""

_LATE_S = 0.5
"""How much later than its source an echo may end, reverberation and padding included."""

_HOLD_S = 1.5
"""Longest that a final waits for the other party's words: they come with its next partial."""

_FEWEST = 3
"""So many words in a row are an echo; fewer may be the user's own, who repeats a term."""

_SHARE = 0.6
"""An utterance within the other's speech is an echo if it shares so many of its words, and at least two."""

_ALIKE = 0.6
_REMEMBERED = 60

_Words = m.PartialTranscribed | m.EndpointPredicted | m.FinalTranscribed | m.TranscriptRevised


@dataclass
class _Spoken:
    """An utterance of any source."""

    start_s: float
    stop_s: float
    words: list[str] = field(default_factory=list)
    has_outcome: bool = False


@dataclass(frozen=True)
class _Held:
    """A final that waits for what the other party said at that time."""

    final: m.FinalTranscribed
    until_s: float

    @property
    def key(self) -> tuple[str, int]:
        """Source and utterance."""
        return self.final.source, self.final.utterance


class EchoWords:
    """What other sources said, and which microphones repeat them."""

    def __init__(self) -> None:
        self._echoes: dict[str, m.EchoDetected] = {}
        self._zero_s: dict[str, float] = {}
        self._spoken: dict[tuple[str, int], _Spoken] = {}
        self._held: list[_Held] = []

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        match logged.event:
            case m.CaptureStarted() as started:
                self._zero_s[started.source] = started.first_sample_ns / 1e9
            case m.EchoDetected() as detected:
                self._echoes[detected.source] = detected
            case m.EchoEnded(source=source):
                self._echoes.pop(source, None)
            case m.SpeechStarted(source=source, utterance=utterance, start_sample=start):
                at_s = self._time_s(source, start)
                self._spoken[source, utterance] = _Spoken(at_s, at_s)
            case m.PartialTranscribed() | m.EndpointPredicted() | m.FinalTranscribed() as words:
                self._remember(words)
            case m.LogRedacted(utterances=redacted):
                removed = {(each.source, each.utterance) for each in redacted}
                self._held = [held for held in self._held if held.key not in removed]
            case m.UtteranceDiscarded() | m.UtteranceLost() as outcome:
                if spoken := self._spoken.get((outcome.source, outcome.utterance)):
                    spoken.has_outcome = True
            case _:
                pass

    def mark(self, event: Event, now_s: float) -> Iterator[Event]:
        """Yield the event without words that are an echo, and what was left out.

        A final of which nothing remains becomes a discarded utterance. A final waits for the words that the
        other party said meanwhile, if they are being transcribed: `released` yields it then.
        """
        if not isinstance(event, _Words):
            yield event
            return
        yield from self._release(lambda held: held.final.source == event.source)
        if isinstance(event, m.FinalTranscribed) and self._is_early(event):
            self._held.append(_Held(event, now_s + _HOLD_S))
        else:
            yield from self._without_echo(event)

    def released(self, now_s: float) -> Iterator[Event]:
        """Yield the finals whose wait is over, as `mark` does."""
        yield from self._release(lambda held: now_s >= held.until_s or not self._is_early(held.final))

    def _release(self, is_due: Callable[[_Held], bool]) -> Iterator[Event]:
        due = [held for held in self._held if is_due(held)]
        self._held = [held for held in self._held if held not in due]
        for held in due:
            yield from self._without_echo(held.final)

    def _is_early(self, final: m.FinalTranscribed) -> bool:
        """Return whether what the other party said at that time is not transcribed yet."""
        echo = self._echoes.get(final.source)
        if echo is None or not final.text:
            return False
        stop_s = self._time_s(final.source, final.quiet_sample) - echo.delay_ms / 1000
        return any(
            source == echo.of_source
            and not spoken.has_outcome
            and spoken.start_s < stop_s
            and spoken.stop_s < stop_s - _LATE_S
            for (source, _), spoken in self._spoken.items()
        )

    def _without_echo(self, event: _Words) -> Iterator[Event]:
        echo = self._echoes.get(event.source)
        if echo is not None and event.text:
            yield from self._marked(event, echo)
        else:
            yield event

    def _marked(self, event: _Words, echo: m.EchoDetected) -> Iterator[Event]:
        words = event.text.split()
        is_echo = self._find(event, words, echo)
        kept = " ".join(word for word, left_out in zip(words, is_echo, strict=True) if not left_out)
        left_out = " ".join(word for word, is_left_out in zip(words, is_echo, strict=True) if is_left_out)
        if left_out and isinstance(event, m.FinalTranscribed):
            yield m.EchoSuppressed(
                source=event.source, utterance=event.utterance, text=left_out, of_source=echo.of_source
            )
        if kept or isinstance(event, m.EndpointPredicted):
            yield _with_text(event, kept, len(words) - sum(is_echo))
        elif isinstance(event, m.FinalTranscribed):
            yield _discarded(event)

    def _find(self, event: _Words, words: Sequence[str], echo: m.EchoDetected) -> list[bool]:
        """Return for each word whether it is an echo."""
        own = self._spoken.get((event.source, event.utterance))
        if isinstance(event, m.FinalTranscribed):
            start_s = self._time_s(event.source, event.start_sample)
            stop_s = self._time_s(event.source, event.quiet_sample)
        elif own:
            start_s, stop_s = own.start_s, max(own.stop_s, self._stop_s(event) or own.stop_s)
        else:
            return [False] * len(words)
        delay_s = echo.delay_ms / 1000
        others = self._others(echo.of_source, start_s - delay_s, stop_s - delay_s)
        said = [
            (word, time_s + delay_s)
            for each in others
            for word, time_s in _timed(each.words, each.start_s, each.stop_s)
            if start_s - _SLACK_S <= time_s + delay_s <= stop_s + _SLACK_S
        ]
        shared = _shared([*_timed(words, start_s, stop_s)], said)
        is_within = any(
            each.start_s - _LATE_S <= start_s - delay_s and stop_s - delay_s <= each.stop_s + _LATE_S
            for each in others
        )
        if is_within and sum(shared) >= max(2, _SHARE * len(words)):
            return [True] * len(words)
        return _long_runs(shared)

    def _others(self, source: str, start_s: float, stop_s: float) -> list[_Spoken]:
        return [
            each
            for (name, _), each in sorted(self._spoken.items())
            if name == source and each.start_s < stop_s + _SLACK_S and each.stop_s > start_s - _LATE_S
        ]

    def _remember(self, event: m.PartialTranscribed | m.EndpointPredicted | m.FinalTranscribed) -> None:
        key = (event.source, event.utterance)
        stop_s = self._stop_s(event) or 0.0
        spoken = self._spoken.setdefault(key, _Spoken(stop_s, stop_s))
        for utterance in event.replaces:
            if earlier := self._spoken.pop((event.source, utterance), None):
                spoken.start_s = min(spoken.start_s, earlier.start_s)
        spoken.stop_s = max(spoken.stop_s, stop_s)
        spoken.words = event.text.split() or spoken.words
        spoken.has_outcome |= isinstance(event, m.FinalTranscribed)
        while len(self._spoken) > _REMEMBERED:
            del self._spoken[next(iter(self._spoken))]

    def _stop_s(self, event: _Words) -> float | None:
        if isinstance(event, m.TranscriptRevised):
            return None
        sample = event.stop_sample if isinstance(event, m.PartialTranscribed) else event.quiet_sample
        return self._time_s(event.source, sample)

    def _time_s(self, source: str, sample: int) -> float:
        return self._zero_s.get(source, 0.0) + sample / SAMPLE_RATE


def _timed(words: Sequence[str], start_s: float, stop_s: float) -> Iterator[tuple[str, float]]:
    """Yield the words without case and punctuation, with their times at an even pace."""
    length_s = max(stop_s - start_s, 0.1)
    for at, word in enumerate(words):
        yield _plain(word), start_s + length_s * (at + 0.5) / len(words)


def _shared(words: list[tuple[str, float]], said: list[tuple[str, float]]) -> list[bool]:
    """Return for each word whether it was said about then, in this order, or a similar one."""
    shared = [False] * len(words)
    matcher = SequenceMatcher(None, [word for word, _ in words], [word for word, _ in said], False)
    for kind, first, last, other, other_last in matcher.get_opcodes():
        for at in range(first, last):
            if kind == "equal":
                opposite = [other + at - first]
            elif kind == "replace":
                opposite = [at + other - first, at + other_last - last]
            else:
                continue
            shared[at] = any(
                _is_same(words[at], said[index]) for index in opposite if other <= index < other_last
            )
    return shared


def _is_same(one: tuple[str, float], other: tuple[str, float]) -> bool:
    return abs(one[1] - other[1]) <= _PACE_S and _alike(one[0], other[0])


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _long_runs(shared: list[bool]) -> list[bool]:
    """Return only the runs of at least `_FEWEST` words."""
    found = [False] * len(shared)
    first = 0
    for at, is_shared in enumerate([*shared, False]):
        if not is_shared:
            if at - first >= _FEWEST:
                found[first:at] = [True] * (at - first)
            first = at + 1
    return found


def _plain(word: str) -> str:
    return word.lower().strip(".,!?;:\"'…-")


def _with_text(event: _Words, text: str, words: int) -> _Words:
    if text == event.text:
        return event
    if isinstance(event, m.PartialTranscribed):
        return msgspec.structs.replace(event, text=text, stable_words=min(event.stable_words, words))
    return msgspec.structs.replace(event, text=text)


def _discarded(event: m.FinalTranscribed) -> m.UtteranceDiscarded:
    return m.UtteranceDiscarded(
        source=event.source,
        utterance=event.utterance,
        start_sample=event.start_sample,
        stop_sample=event.stop_sample,
        cause="echo",
    )
