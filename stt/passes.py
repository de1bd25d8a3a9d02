"""Runs passes of the engine on threads; tracks failures, languages and load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bus.failures import Failure, ModelFailure
from stt.engines.engine import Engine, Pass, Request
from stt.engines.mel import Features, GrowingMel
from stt.engines.turn_end import LANGUAGES, TurnEndModel
from stt.language import SourceLanguage
from stt.load import Load
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterance import PassPlan

_PER_WORKER = 2  # one computes while a cancelled one runs to its next checkpoint
_MAX_FAILURES = 3
"""Failed passes in a row after which the engine is not trusted any more and the stage restarts."""

DECODING_ERRORS = (RuntimeError, ValueError, MemoryError)
"""What CTranslate2 and numpy raise when a pass fails."""

Result = Future[tuple[Pass, bool]]
"""The decoded words, and whether the pass was retried with a wider window."""


class Passes:
    """The passes of a session.

    Args:
        engine: Transcribes.
        settings: The stage's settings.
        turn_ends: Judges pauses by the sound of the voice, if it is there.
        report: Called when that failed and is not used any more; from any thread.
    """

    def __init__(
        self,
        engine: Engine,
        settings: SttSettings,
        turn_ends: TurnEndModel | None = None,
        report: Callable[[Failure], None] = lambda failure: None,
    ) -> None:
        self._engine, self._settings, self._turn_ends, self._report = engine, settings, turn_ends, report
        self._judges = ThreadPoolExecutor(engine.device.workers, thread_name_prefix="turn end")
        self._threads = ThreadPoolExecutor(_PER_WORKER * engine.device.workers, thread_name_prefix="pass")
        self._running: set[Result] = set()
        """Every pass that was begun and is not done, cancelled ones included."""
        self._languages: dict[str, SourceLanguage] = {}
        self._failures = 0
        self.load = Load()

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for a turn that begins at this sample."""
        return self._engine.growing_mel(start_sample)

    @property
    def has_room(self) -> bool:
        """Whether a new pass starts at once, instead of queueing with its features in memory."""
        self._running = {result for result in self._running if not result.done()}
        return len(self._running) < _PER_WORKER * self._engine.device.workers

    def has_room_beside(self, wanted: int) -> bool:
        """Return whether a pass can begin without delaying a final, beside so many whose result is wanted."""
        return wanted < max(1, self._engine.device.workers - 1)

    @property
    def is_trusted(self) -> bool:
        """Whether the engine has not failed several times in a row."""
        return self._failures < _MAX_FAILURES

    def begin(
        self,
        task: Task,
        features: Features,
        plan: PassPlan,
        cancelled: threading.Event,
        heard: NDArray[np.float32] | None = None,
    ) -> Result:
        """Start a pass.

        Args:
            task: What it is for.
            features: Its input.
            plan: Which of its words are known.
            cancelled: Set when the result is not needed any more.
            heard: The turn up to a pause, to judge whether its speaker has finished: see `TurnEndModel`.
        """
        language, is_partial = self.language(task.source), task.kind == "partial"
        request = Request(
            features,
            plan.prefix.context,
            plan.words_from_s,
            by_sound=task.by_sound,
            language=language.held,
            detects_language=language.needs_detection and not is_partial,
            beam=min(self.load.level.beam, self._settings.beam),
            retry_suspect=not is_partial,
        )
        result = self._threads.submit(self._decoded, request, cancelled, heard)
        self._running.add(result)
        return result

    def _decoded(
        self, request: Request, cancelled: threading.Event, heard: NDArray[np.float32] | None
    ) -> tuple[Pass, bool]:
        """Return the result of a pass; its pause is judged meanwhile, on another thread."""
        if self._turn_ends is None or heard is None:
            return self._engine.transcribe(request, is_cancelled=cancelled.is_set)
        judged = self._judges.submit(self._judged, self._turn_ends, heard)
        decoded, retried = self._engine.transcribe(request, is_cancelled=cancelled.is_set)
        if decoded.language not in LANGUAGES:
            return decoded, retried
        return replace(decoded, turn_end_probability=judged.result()), retried

    def _judged(self, turn_ends: TurnEndModel, heard: NDArray[np.float32]) -> float | None:
        """Return the probability of a turn end; None, and no more judgements, if the model fails."""
        try:
            return turn_ends.probability(heard)
        except DECODING_ERRORS as error:
            if self._turn_ends is not None:
                self._turn_ends = None
                self._report(
                    ModelFailure(
                        f"the model of turn ends failed: {error}",
                        kept="no words were lost; utterances end by their words alone",
                        fix="run `cuecard models verify smart-turn`, and start a new session",
                    )
                )
            return None

    def counted(self, result: Result) -> tuple[Pass, bool]:
        """Return the result of a pass that is done, and count failures in a row.

        Raises:
            PassCancelled: It was cancelled.
            RuntimeError, ValueError, MemoryError: It failed.
        """
        try:
            decoded = result.result()
        except DECODING_ERRORS:
            self._failures += 1
            raise
        self._failures = 0
        return decoded

    def language(self, source: str) -> SourceLanguage:
        """Return the language of a source."""
        if source not in self._languages:
            self._languages[source] = SourceLanguage(self._settings.language_of(source))
        return self._languages[source]

    def measure_load(self) -> None:
        """Measure which share of a core the passes get; on a graphics card they need none."""
        if self._engine.device.name == "cpu":
            running = sum(not result.done() for result in self._running)
            passes = min(running, self._engine.device.workers)
            self.load.update(time.monotonic(), time.process_time(), passes)

    def close(self) -> None:
        """Begin no more passes; those that run end unattended."""
        for threads in (self._threads, self._judges):
            threads.shutdown(wait=False, cancel_futures=True)
