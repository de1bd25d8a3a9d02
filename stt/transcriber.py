"""Transcriber: starts passes on threads and turns their results into events.

Every final task has exactly one outcome. A pass whose speaker resumed is cancelled, and nothing waits for it.
The content of the events is decided in `events.py`; the state between passes is in `utterance.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from bus.audio import SAMPLE_RATE
from bus.failures import Overrun
from bus.messages import Event
from stt import events
from stt.engine import Engine, PassCancelled
from stt.hallucination import Pass, is_hallucination, is_suspect
from stt.open_utterances import Key, OpenUtterances
from stt.scheduler import Resources, Task
from stt.settings import SttSettings
from stt.sources import Sources
from stt.utterance import Prefix, RunningPass, Utterance

_PASSES_PER_WORKER = 2  # one computes while a cancelled one runs to its next checkpoint
_MAX_FAILURES = 3
"""Failed passes in a row after which the engine is not trusted any more and the stage restarts."""

_OVERWRITTEN = "its audio was overwritten before it could be transcribed"
_DECODING_ERRORS = (RuntimeError, ValueError, MemoryError)
"""What CTranslate2 and numpy raise when a pass fails."""


class Transcriber:
    """Turns tasks into events.

    Args:
        engine: Transcribes.
        sources: Gives the audio.
        settings: The stage's settings.
        open_utterances: Has the words that were shown, also those from before a restart.
    """

    def __init__(
        self,
        engine: Engine,
        sources: Sources,
        settings: SttSettings,
        open_utterances: OpenUtterances,
    ) -> None:
        self._engine, self._sources, self._settings = engine, sources, settings
        self._open_utterances = open_utterances
        self._failures = 0
        threads = _PASSES_PER_WORKER * engine.device.workers
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pass")
        self._utterances: dict[Key, Utterance] = {}
        self._lost: list[Event] = []
        self._passes: set[Future[tuple[Pass, bool]]] = set()
        """Every pass that was begun, cancelled ones included."""

    @property
    def busy(self) -> bool:
        """Whether a pass is running whose result is wanted."""
        return any(each.unfinished() for each in self._utterances.values())

    @property
    def has_room(self) -> bool:
        """Whether a new pass starts at once, instead of queueing with its features in memory."""
        self._passes = {result for result in self._passes if not result.done()}
        return len(self._passes) < _PASSES_PER_WORKER * self._engine.device.workers

    @property
    def has_room_for_partial(self) -> bool:
        """Whether a partial can begin without delaying a final."""
        wanted = sum(len(each.unfinished()) for each in self._utterances.values())
        return wanted < max(1, self._engine.device.workers - 1)

    def resources(self) -> Resources:
        """Return what the scheduler needs to know about audio and passes."""
        return Resources(
            written=self._sources.written_samples(),
            oldest=self._sources.oldest_samples(),
            read={key: each.mel.stop_sample for key, each in self._utterances.items()},
            speculated={
                key: each.final.task.quiet_sample
                for key, each in self._utterances.items()
                if each.final and each.final.final is None
            },
            room=self.has_room,
            room_for_partial=self.has_room_for_partial,
        )

    def begin(self, task: Task) -> None:
        """Start a pass, unless an earlier one serves."""
        utterance = self._utterance(task.key, task.start_sample)
        if task.kind != "partial":
            utterance.cancel_partial()
            if utterance.final and utterance.is_made(task):
                utterance.final.final = task if task.kind == "final" else None
                return
            if utterance.final:
                self._waste(utterance, utterance.final)
        self._start(task, utterance)

    def skip(self, task: Task) -> None:
        """Close an utterance whose audio has been overwritten."""
        if utterance := self._utterances.pop(task.key, None):
            utterance.cancel()
        self._lost.append(self._untranscribed(task, _OVERWRITTEN))

    def resume(self, key: Key, resumed_sample: int) -> None:
        """Cancel the speculative pass of a speaker who has resumed; keep the words it has found."""
        utterance = self._utterances.get(key)
        if utterance and utterance.final:
            utterance.add_pause(utterance.final.task.quiet_sample, resumed_sample)
            self._waste(utterance, utterance.final)

    def finished(self) -> Iterator[Event]:
        """Yield the events of passes that are done, the finals of a source in order."""
        lost, self._lost = self._lost, []
        yield from lost
        waiting: set[str] = set()  # sources whose earlier final is not done yet
        for key, utterance in sorted(self._utterances.items()):
            running = utterance.final
            if running and running.result.done() and key[0] not in waiting:
                yield from self._final(key, utterance, running)
            elif running and running.final is not None:
                waiting.add(key[0])
        for utterance in [*self._utterances.values()]:
            if utterance.partial and utterance.partial.result.done():
                running, utterance.partial = utterance.partial, None
                yield from self._partial(utterance, running)

    def _start(self, task: Task, utterance: Utterance) -> None:
        prefix = utterance.prefix(task)
        try:
            features = utterance.features(task, prefix, self._sources)
        except Overrun:
            if task.kind == "final":
                del self._utterances[task.key]
                self._lost.append(self._untranscribed(task, _OVERWRITTEN))
            return
        utterance.passes += 1
        cancelled = threading.Event()
        result = self._threads.submit(
            self._engine.transcribe,
            features,
            prefix.text,
            retry_suspect=task.kind != "partial",
            is_cancelled=cancelled.is_set,
        )
        self._passes.add(result)
        running = RunningPass(task, prefix, result, cancelled, task if task.kind == "final" else None)
        if task.kind == "partial":
            utterance.partial = running
        else:
            utterance.final = running

    def _waste(self, utterance: Utterance, running: RunningPass) -> None:
        """Cancel a speculative pass; if it is done, its words up to the pause are kept as a prefix."""
        utterance.final = None
        running.cancelled.set()
        utterance.wasted_passes += 1
        if running.result.done() and not running.result.exception():
            decoded, _ = running.result.result()
            utterance.compute_ms += decoded.compute_ms
            if text := events.words(decoded, running.prefix, self._settings):
                utterance.prefixes.append(Prefix(running.task.stop_sample, text))

    def _final(self, key: Key, utterance: Utterance, running: RunningPass) -> Iterator[Event]:
        try:
            decoded, retried = self._result(running)
        except PassCancelled:
            return
        except _DECODING_ERRORS as error:
            yield from self._failed(key, utterance, running, error)
            return
        if running.final is None:
            yield from self._endpoint(utterance, running, decoded)
            return
        del self._utterances[key]
        found = events.words(decoded, running.prefix, self._settings)
        text, unconfirmed = events.confirmed(found, self._open_utterances.shown(key), decoded, self._settings)
        yield events.final(
            running.final,
            text,
            decoded,
            utterance,
            early=running.early,
            retried=retried,
            unconfirmed=unconfirmed,
        )

    def _result(self, running: RunningPass) -> tuple[Pass, bool]:
        """Return the result of a pass, and count failures in a row.

        Raises:
            PassCancelled: It was cancelled.
            RuntimeError, ValueError, MemoryError: It failed.
        """
        try:
            result = running.result.result()
        except _DECODING_ERRORS:
            self._failures += 1
            raise
        self._failures = 0
        return result

    def _failed(
        self, key: Key, utterance: Utterance, running: RunningPass, error: Exception
    ) -> Iterator[Event]:
        """Retry a failed pass that began early; close the utterance when its final pass failed."""
        utterance.final = None
        final = running.final
        if final is not None and running.early and self._failures < _MAX_FAILURES:
            self._start(final, utterance)
        elif final is not None:
            del self._utterances[key]
            first_line = (str(error).splitlines() or [type(error).__name__])[0]
            yield self._untranscribed(final, f"it could not be decoded: {first_line}")
        if self._failures >= _MAX_FAILURES:
            raise error

    def _untranscribed(self, task: Task, cause: str) -> Event:
        return events.untranscribed(task, self._open_utterances.shown(task.key), cause)

    def _endpoint(self, utterance: Utterance, running: RunningPass, decoded: Pass) -> Iterator[Event]:
        if running.endpoint_predicted:
            return
        running.endpoint_predicted = True
        predicted = events.endpoint(
            running.task,
            events.words(decoded, running.prefix, self._settings),
            decoded,
            self._settings.endpointing,
            longest_pause_ms=utterance.longest_pause_ms,
        )
        if predicted:
            self._open_utterances.show(predicted)
            yield predicted

    def _partial(self, utterance: Utterance, running: RunningPass) -> Iterator[Event]:
        try:
            decoded, _ = self._result(running)
        except PassCancelled:
            return
        except _DECODING_ERRORS:
            if self._failures >= _MAX_FAILURES:
                raise
            return
        utterance.compute_ms += decoded.compute_ms
        if is_suspect(decoded) or is_hallucination(decoded, self._settings):
            return
        text, stable_words = utterance.stable_words.update(running.prefix.joined(decoded.text))
        partial = events.partial(running.task, text, stable_words)
        self._open_utterances.show(partial)
        yield partial

    def _utterance(self, key: Key, start_sample: int) -> Utterance:
        utterance = self._utterances.get(key)
        if utterance is None:
            longest = round(self._settings.longest_pass_s * SAMPLE_RATE)
            mel = self._engine.growing_mel(start_sample)
            utterance = self._utterances[key] = Utterance(mel, longest)
        return utterance

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for utterance in self._utterances.values():
            utterance.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
