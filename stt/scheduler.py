"""What to transcribe next: a fold over the session's events.

Finals first, the other party's before one's own, then in the order in which they ended; then the
speculative final of someone who has fallen quiet; then a partial of whoever is speaking. Where passes take
too long, finals wait here, as a few numbers each, while their sound waits in the ring; one whose sound the
ring has overwritten is skipped whole. Pure: knows no clock, no audio and no engine. Fed with a session's
history after a restart, it comes out with exactly what is still to be done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE
from stt.settings import SttSettings

_PARTIAL_SHARE = 0.08
"""Of what was said so far, as new audio between two partials."""

Key = tuple[str, int]
"""Source and number of an utterance."""


@dataclass(frozen=True)
class Task:
    """One pass to make."""

    kind: Literal["final", "speculative", "partial"]
    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    """How far the pass shall hear."""
    quiet_sample: int
    """First sample after the last speech; for a partial the same as `stop_sample`."""
    decided_ns: int = 0
    """When the end of the utterance was logged; 0 while it is not decided."""
    speech_ms: float = 0.0
    """How much of the utterance is speech for certain; known when it has ended."""

    @property
    def key(self) -> Key:
        """Which utterance this is about."""
        return self.source, self.utterance


@dataclass
class _Speech:
    """An utterance that is not over."""

    start_sample: int
    next_partial_sample: int
    """How far there must be audio for the next partial."""
    pause: m.SpeechPaused | None = None
    speculated_sample: int | None = None
    """The `quiet_sample` for which a speculative pass was made."""


class Agenda:
    """The work of the stage, in its order.

    Args:
        settings: The stage's settings.
    """

    def __init__(self, settings: SttSettings) -> None:
        self._first_source = settings.first_source
        self._first_partial_samples = round(settings.first_partial_s * SAMPLE_RATE)
        self._partial_samples = round(settings.partial_every_s * SAMPLE_RATE)
        self._speaking: dict[Key, _Speech] = {}
        self._finals: dict[Key, Task] = {}

    def apply(self, logged: m.Logged) -> None:
        """Take in one event, in the log's order."""
        event = logged.event
        match event:
            case m.SpeechStarted():
                first = event.detected_sample + self._first_partial_samples
                self._speaking[event.source, event.utterance] = _Speech(event.start_sample, first)
            case m.SpeechPaused() if speech := self._speaking.get((event.source, event.utterance)):
                speech.pause = event
            case m.SpeechResumed() if speech := self._speaking.get((event.source, event.utterance)):
                speech.pause = None
            case m.SpeechEnded():
                self._end(event, logged.logged_ns)
            case m.FinalTranscribed() | m.UtteranceDiscarded() | m.UtteranceLost():
                self._finals.pop((event.source, event.utterance), None)
                self._speaking.pop((event.source, event.utterance), None)
            case _:
                pass

    def next(
        self,
        written_sample: Callable[[str], int],
        *,
        room: bool = True,
        partials: bool = True,
        is_made: Callable[[Task], bool] = lambda task: False,
    ) -> Task | None:
        """Return the next pass to make, or None; each is returned once.

        Args:
            written_sample: Tells how far a source's audio can be read.
            room: Whether there is room for a pass at all.
            partials: Whether there is room for a partial.
            is_made: Tells whether a final needs no pass, because one that is being made serves.
        """
        if final := self._next_final(room, is_made):
            return self._finals.pop(final.key)
        if self._finals or not room:
            return None
        for key, speech in self._in_order():
            pause = speech.pause
            if pause and speech.speculated_sample != pause.quiet_sample:
                if written_sample(key[0]) < pause.stop_sample:
                    continue
                speech.speculated_sample = pause.quiet_sample
                return Task("speculative", *key, speech.start_sample, pause.stop_sample, pause.quiet_sample)
        for key, speech in self._in_order() if partials else ():
            stop = written_sample(key[0])
            if speech.pause is None and stop >= speech.next_partial_sample:
                speech.next_partial_sample = stop + self._until_next_partial(stop - speech.start_sample)
                return Task("partial", *key, speech.start_sample, stop, stop)
        return None

    def skipped(self, is_gone: Callable[[Task], bool]) -> list[Task]:
        """Return the finals that cannot be made any more, each once.

        Args:
            is_gone: Tells whether the sound that a task needs has been overwritten.
        """
        gone = [task for task in self._finals.values() if is_gone(task)]
        for task in gone:
            del self._finals[task.key]
        return gone

    @property
    def finals_wait(self) -> bool:
        """Whether there are finals for which there was no room yet."""
        return bool(self._finals)

    @property
    def anyone_speaks(self) -> bool:
        """Whether an utterance is under way, so that it is worth looking often."""
        return bool(self._speaking)

    def _next_final(self, room: bool, is_made: Callable[[Task], bool]) -> Task | None:
        """Return the final to begin; without room one that needs no pass and overtakes none of its source."""
        behind: set[str] = set()
        for task in sorted(self._finals.values(), key=self._urgency):
            if task.source not in behind and (room or is_made(task)):
                return task
            behind.add(task.source)
        return None

    def _end(self, event: m.SpeechEnded, logged_ns: int) -> None:
        key = event.source, event.utterance
        self._speaking.pop(key, None)
        self._finals[key] = Task(
            "final",
            *key,
            event.start_sample,
            event.stop_sample,
            event.quiet_sample,
            logged_ns,
            event.speech_ms,
        )

    def _in_order(self) -> list[tuple[Key, _Speech]]:
        """Return who speaks, the other party first."""
        return sorted(self._speaking.items(), key=lambda item: item[0][0] != self._first_source)

    def _urgency(self, task: Task) -> tuple[bool, int]:
        return task.source != self._first_source, task.decided_ns

    def _until_next_partial(self, speech_samples: int) -> int:
        """Return how much new audio the next partial waits for: a pass over long speech takes longer."""
        return max(self._partial_samples, round(speech_samples * _PARTIAL_SHARE))
