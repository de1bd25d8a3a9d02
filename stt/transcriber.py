"""From tasks to events: makes the passes, keeps speculative ones until they are wanted, judges the words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bus.failures import Overrun
from bus.messages import Event, TranscriptFinished, TranscriptGrew, UtteranceDiscarded, WordsLost
from stt import guard
from stt.agenda import Key, Task
from stt.agreement import Agreement
from stt.engine import Engine
from stt.guard import Pass
from stt.settings import SttSettings
from stt.sources import Sources


@dataclass(frozen=True)
class _Heard:
    """What a final pass brought, and for which end of speech."""

    quiet_sample: int
    heard: Pass
    redone: bool


class Transcriber:
    """Turns tasks into events.

    Args:
        engine: Makes the passes.
        sources: Gives the audio.
        settings: The stage's settings.
    """

    def __init__(self, engine: Engine, sources: Sources, settings: SttSettings) -> None:
        self._engine, self._sources, self._settings = engine, sources, settings
        self._speculated: dict[Key, _Heard] = {}
        self._agreements: dict[Key, Agreement] = {}
        self.wasted_passes = 0
        """Speculative passes whose speaker went on."""

    def do(self, task: Task) -> Iterator[Event]:
        """Make one pass, if it is still needed, and yield what there is to say about it."""
        try:
            if task.kind == "final":
                yield self._final(task)
            elif task.kind == "speculative":
                self._speculate(task)
            else:
                yield from self._partial(task)
        except Overrun as lost:
            if task.kind == "final":
                yield WordsLost(
                    source=task.source,
                    utterance=task.utterance,
                    start_sample=lost.start_sample,
                    stop_sample=lost.stop_sample,
                    cause="its audio was overwritten before it could be transcribed",
                )

    def _final(self, task: Task) -> Event:
        self._agreements.pop(task.key, None)
        early = self._speculated.pop(task.key, None)
        speculative = early is not None and early.quiet_sample == task.quiet_sample
        self.wasted_passes += early is not None and not speculative
        began_ns = time.monotonic_ns()
        done = early if early is not None and speculative else self._listen(task)
        if guard.says_nothing(done.heard, self._settings):
            return UtteranceDiscarded(
                source=task.source,
                utterance=task.utterance,
                start_sample=task.start_sample,
                stop_sample=task.stop_sample,
                cause="no words",
            )
        return TranscriptFinished(
            source=task.source,
            utterance=task.utterance,
            text=guard.without_loop(done.heard.text),
            start_sample=task.start_sample,
            quiet_sample=task.quiet_sample,
            stop_sample=task.stop_sample,
            mean_log_probability=done.heard.mean_log_probability,
            no_speech_probability=done.heard.no_speech_probability,
            window_s=done.heard.window_s,
            redone=done.redone,
            speculative=speculative,
            queue_ms=0.0 if speculative else (began_ns - task.decided_ns) / 1e6,
            compute_ms=done.heard.compute_ms,
        )

    def _speculate(self, task: Task) -> None:
        self.wasted_passes += task.key in self._speculated
        self._speculated[task.key] = self._listen(task)

    def _listen(self, task: Task) -> _Heard:
        samples = self._sources.read(task.source, task.start_sample, task.stop_sample)
        heard, redone = self._engine.final(samples)
        return _Heard(task.quiet_sample, heard, redone)

    def _partial(self, task: Task) -> Iterator[Event]:
        samples = self._sources.read(task.source, task.start_sample, task.stop_sample)
        heard = self._engine.partial(samples)
        if guard.is_suspect(heard) or guard.says_nothing(heard, self._settings):
            return
        agreement = self._agreements.setdefault(task.key, Agreement())
        text, settled = agreement.update(heard.text)
        yield TranscriptGrew(
            source=task.source,
            utterance=task.utterance,
            text=text,
            settled_words=settled,
            stop_sample=task.stop_sample,
        )
