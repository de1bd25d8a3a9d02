"""Scheduler of transcription passes: a projection of the event log.

Order: finals, the other party's first, then oldest first; then the speculative final of a speaker who has
paused; then a revision of a final; then a partial of a speaker. Finals that have to wait cost a few numbers
each, because their audio waits in the ring. Pure: after a restart, applying the history gives exactly the
passes that are still needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE
from stt.settings import SttSettings
from stt.utterances.open_utterances import Key

_PARTIAL_SHARE = 0.08
"""New audio between two partials, as a share of the utterance so far."""


@dataclass(frozen=True)
class Task:
    """One pass to make."""

    kind: Literal["final", "speculative", "partial", "revision"]
    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    """End of the audio to transcribe."""
    quiet_sample: int
    """First sample after the last speech; for a partial the same as `stop_sample`."""
    decided_ns: int = 0
    """When the end of the utterance was logged; 0 while it is not decided."""
    speech_ms: float = 0.0
    """Certain speech in the utterance; known when it has ended."""
    by_sound: bool = False
    """Long sound alone started the utterance; see `SpeechStarted`."""

    @property
    def key(self) -> Key:
        """Which utterance this is about."""
        return self.source, self.utterance


@dataclass(frozen=True)
class Resources:
    """What is available to passes now."""

    written: Mapping[str, int] = field(default_factory=dict)
    """By source: one past the last sample in its ring."""
    oldest: Mapping[str, int] = field(default_factory=dict)
    """By source: the oldest sample in its ring."""
    read: Mapping[Key, int] = field(default_factory=dict)
    """By utterance: one past the last sample that earlier passes have read."""
    speculated: Mapping[Key, int] = field(default_factory=dict)
    """By utterance: `quiet_sample` of a speculative pass that can serve as its final."""
    revisable: Sequence[Task] = ()
    """Finals that a pass over more of their turn could correct."""
    partial_spacing: float = 1.0
    """Factor on the audio between two partials; infinite for no partials."""
    room: bool = True
    """Whether a pass can begin now."""
    room_for_partial: bool = True
    """Whether a partial can begin without delaying a final."""

    def is_made(self, final: Task) -> bool:
        """Return whether a speculative pass serves, so that this final needs none."""
        return self.speculated.get(final.key) == final.quiet_sample

    def is_overwritten(self, final: Task) -> bool:
        """Return whether audio that this final needs, and that no pass has read, has been overwritten."""
        needed = max(self.read.get(final.key, 0), final.start_sample)
        return needed < min(self.oldest.get(final.source, 0), final.stop_sample)


@dataclass
class _Speech:
    """An utterance that has not ended."""

    start_sample: int
    next_partial_sample: int
    """Audio must reach this sample for the next partial."""
    by_sound: bool = False
    pause: m.SpeechPaused | None = None
    speculated_sample: int | None = None
    """The `quiet_sample` for which a speculative pass was scheduled."""


class Scheduler:
    """Schedules the passes of all sources.

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
        """Update the state with one event."""
        event = logged.event
        match event:
            case m.SpeechStarted():
                first = event.detected_sample + self._first_partial_samples
                self._speaking[event.source, event.utterance] = _Speech(
                    event.start_sample, first, event.by_sound
                )
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

    def next(self, resources: Resources) -> Task | None:
        """Return the next pass to begin, or None. Each is returned once."""
        if final := self._next_final(resources):
            return self._finals.pop(final.key)
        if self._finals or not resources.room:
            return None
        if speculative := self._next_speculative(resources.written):
            return speculative
        if not resources.room_for_partial:
            return None
        return next(iter(resources.revisable), None) or self._next_partial(resources)

    def pop_overwritten(self, resources: Resources) -> list[Task]:
        """Remove and return the finals whose audio has been overwritten."""
        overwritten = [task for task in self._finals.values() if resources.is_overwritten(task)]
        for task in overwritten:
            del self._finals[task.key]
        return overwritten

    @property
    def finals_wait(self) -> bool:
        """Whether there are finals for which there was no room yet."""
        return bool(self._finals)

    @property
    def anyone_speaks(self) -> bool:
        """Whether an utterance has begun and not ended."""
        return bool(self._speaking)

    def _next_final(self, resources: Resources) -> Task | None:
        """Return the final to begin; without room, one that needs no pass and is the oldest of its source."""
        waiting: set[str] = set()
        for task in sorted(self._finals.values(), key=self._urgency):
            if task.source not in waiting and (resources.room or resources.is_made(task)):
                return task
            waiting.add(task.source)
        return None

    def _next_speculative(self, written: Mapping[str, int]) -> Task | None:
        for key, speech in self._in_order():
            pause = speech.pause
            if not pause or speech.speculated_sample == pause.quiet_sample:
                continue
            if written.get(key[0], 0) >= pause.stop_sample:
                speech.speculated_sample = pause.quiet_sample
                speech.next_partial_sample = pause.stop_sample + self._partial_samples
                return Task(
                    "speculative",
                    *key,
                    speech.start_sample,
                    pause.stop_sample,
                    pause.quiet_sample,
                    by_sound=speech.by_sound,
                )
        return None

    def _next_partial(self, resources: Resources) -> Task | None:
        if math.isinf(resources.partial_spacing):
            return None
        for key, speech in self._in_order():
            stop = resources.written.get(key[0], 0)
            if speech.pause is None and stop >= speech.next_partial_sample:
                new_samples = self._until_next_partial(stop - speech.start_sample)
                speech.next_partial_sample = stop + round(new_samples * resources.partial_spacing)
                return Task("partial", *key, speech.start_sample, stop, stop, by_sound=speech.by_sound)
        return None

    def _end(self, event: m.SpeechEnded, logged_ns: int) -> None:
        key = event.source, event.utterance
        speech = self._speaking.pop(key, None)
        self._finals[key] = Task(
            "final",
            *key,
            event.start_sample,
            event.stop_sample,
            event.quiet_sample,
            logged_ns,
            event.speech_ms,
            by_sound=speech is not None and speech.by_sound,
        )

    def _in_order(self) -> list[tuple[Key, _Speech]]:
        """Return the utterances that have not ended, the other party's first."""
        return sorted(self._speaking.items(), key=lambda item: item[0][0] != self._first_source)

    def _urgency(self, task: Task) -> tuple[bool, int]:
        return task.source != self._first_source, task.decided_ns

    def _until_next_partial(self, utterance_samples: int) -> int:
        """Return the new audio before the next partial: more in long utterances, whose passes are slow."""
        return max(self._partial_samples, round(utterance_samples * _PARTIAL_SHARE))
