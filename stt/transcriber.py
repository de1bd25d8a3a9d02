"""From tasks to events: has the passes made, keeps speculative ones until they are wanted, leaves the others.

Every final task has exactly one outcome. Words that were shown stand in it where the final pass finds none.

Passes run on threads of their own (CTranslate2 lets go of the interpreter), so the stage's loop goes on
hearing: a pass whose speaker went on is left at once, and nothing waits for it. What to say about a pass that
is done is decided in `outcome.py`; what is kept between the passes of an utterance is in `account.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from bus.failures import Overrun
from bus.messages import Event
from stt import events as outcome
from stt import hallucination as guard
from stt.cuda_fallback import SteadyEngine
from stt.engine import Abandoned, Engine
from stt.hallucination import Pass
from stt.open_utterances import OpenUtterances
from stt.running import Running
from stt.scheduler import Key, Task
from stt.seeds import Seeds
from stt.settings import SttSettings
from stt.sources import Sources
from stt.utterance import Account

_PASSES_A_WORKER = 2  # one is made while one that nobody wants any more comes to its end
_FAILURES_AT_MOST = 3
"""So many passes in a row may fail; after that the engine is not to be trusted and the stage starts anew."""

_OVERWRITTEN = "its audio was overwritten before it could be transcribed"
_DECODING_ERRORS = (RuntimeError, ValueError, MemoryError)
"""What CTranslate2 and numpy raise when a pass fails."""


class Transcriber:
    """Turns tasks into events.

    Args:
        engine: Makes the passes.
        sources: Gives the audio.
        settings: The stage's settings.
        utterances: Knows the words that were shown, also before the stage was started again.
    """

    def __init__(
        self,
        engine: Engine | SteadyEngine,
        sources: Sources,
        settings: SttSettings,
        utterances: OpenUtterances,
    ) -> None:
        self._engine, self._sources, self._settings = engine, sources, settings
        self._utterances = utterances
        self._failures = 0
        threads = _PASSES_A_WORKER * engine.device.workers
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pass")
        self._partials: dict[Key, Running] = {}
        self._finals: dict[Key, Running] = {}
        """Speculative passes and final ones: the newest of each utterance."""
        self._accounts: dict[Key, Account] = {}
        self._lost: list[Event] = []
        self._passes: set[Future[tuple[Pass, bool]]] = set()
        """Every pass that was begun, also those that nobody waits for."""

    @property
    def busy(self) -> bool:
        """Whether a pass is being made."""
        return any(not each.words.done() for each in (*self._partials.values(), *self._finals.values()))

    @property
    def has_room(self) -> bool:
        """Whether a pass that is begun now is made now, and does not wait with all of its sound in memory."""
        self._passes = {words for words in self._passes if not words.done()}
        return len(self._passes) < _PASSES_A_WORKER * self._engine.device.workers

    @property
    def has_room_for_partial(self) -> bool:
        """Whether a partial may begin without a final having to wait for it."""
        wanted = sum(not each.words.done() for each in (*self._partials.values(), *self._finals.values()))
        return wanted < max(1, self._engine.device.workers - 1)

    def begin(self, task: Task) -> None:
        """Have a pass made, unless one that is already there serves."""
        if task.kind == "partial":
            self._start(task, self._partials)
            return
        self.abandon_partial(task.key)
        if self.is_made(task):
            self._finals[task.key].final = task if task.kind == "final" else None
            return
        if task.key in self._finals:
            self._abandon(task.key)
        self._start(task, self._finals)

    def is_made(self, task: Task) -> bool:
        """Tell whether a pass that was begun, or is done already, serves for this one."""
        early = self._finals.get(task.key)
        return early is not None and early.task.quiet_sample == task.quiet_sample and early.final is None

    def is_gone(self, task: Task) -> bool:
        """Tell whether sound that a pass needs, and that none before it has heard, has been overwritten."""
        account = self._accounts.get(task.key)
        needed_from = account.mel.stop_sample if account else task.start_sample
        return needed_from < min(self._sources.oldest_sample(task.source), task.stop_sample)

    def skip(self, task: Task) -> None:
        """Give a whole utterance up, because its sound is gone, and say so."""
        self.abandon_partial(task.key)
        if running := self._finals.pop(task.key, None):
            running.unwanted.set()
        self._accounts.pop(task.key, None)
        self._lost.append(self._untranscribed(task, _OVERWRITTEN))

    def resume(self, key: Key, resumed_sample: int) -> None:
        """Take note that a speaker goes on: the speculative pass is left, words it has found are kept."""
        running = self._finals.get(key)
        if running is not None:
            self._account(key).paused(running.task.quiet_sample, resumed_sample)
            self._abandon(key)

    def _abandon(self, key: Key) -> None:
        running = self._finals.pop(key)
        running.unwanted.set()
        account = self._account(key)
        account.wasted_passes += 1
        if running.words.done() and not running.words.exception():
            heard, _ = running.words.result()
            account.compute_ms += heard.compute_ms
            if text := outcome.words(heard, running.seed, self._settings):
                account.seeds.add(running.task.stop_sample, text)

    def abandon_partial(self, key: Key) -> None:
        """Leave the partial of an utterance: its final is under way."""
        if running := self._partials.pop(key, None):
            running.unwanted.set()

    def finished(self) -> Iterator[Event]:
        """Yield what there is to say about passes that are done."""
        lost, self._lost = self._lost, []
        yield from lost
        behind: set[str] = set()  # sources with a final under way: what was said after it comes after it
        for key, running in sorted(self._finals.items()):
            if running.words.done() and key[0] not in behind:
                yield from self._final(key, running)
            elif running.final is not None:
                behind.add(key[0])
        for key, running in [*self._partials.items()]:
            if running.words.done():
                del self._partials[key]
                yield from self._partial(key, running)

    def _start(self, task: Task, where: dict[Key, Running]) -> None:
        account = self._account(task.key, task.start_sample)
        seed = account.seed(task)
        try:
            features = account.features(task, seed, self._sources)
        except Overrun:
            if task.kind == "final":
                del self._accounts[task.key]
                self._lost.append(self._untranscribed(task, _OVERWRITTEN))
            return
        account.passes += 1
        unwanted = threading.Event()
        words = self._threads.submit(
            self._engine.transcribe,
            features,
            seed.text,
            again_if_suspect=task.kind != "partial",
            abandoned=unwanted.is_set,
        )
        self._passes.add(words)
        end = task if task.kind == "final" else None
        where[task.key] = Running(task, seed, words, unwanted, end)

    def _final(self, key: Key, running: Running) -> Iterator[Event]:
        try:
            heard, retried = self._result(running)
        except Abandoned:
            return
        except _DECODING_ERRORS as error:
            yield from self._failed(key, running, error)
            return
        if running.final is None:
            if not running.judged:
                running.judged = True
                yield from self._judgement(running, heard)
            return
        del self._finals[key]
        account = self._account(key)
        del self._accounts[key]
        found = outcome.words(heard, running.seed, self._settings)
        text, unconfirmed = outcome.kept(found, self._utterances.shown(key), heard, self._settings)
        yield outcome.finished(
            running.final, text, heard, account, early=running.early, retried=retried, unconfirmed=unconfirmed
        )

    def _result(self, running: Running) -> tuple[Pass, bool]:
        """Return what a pass brought, and count passes that fail in a row.

        Raises:
            Abandoned: Nobody wanted it any more.
            RuntimeError, ValueError, MemoryError: It failed.
        """
        try:
            result = running.words.result()
        except _DECODING_ERRORS:
            self._failures += 1
            raise
        self._failures = 0
        return result

    def _failed(self, key: Key, running: Running, error: Exception) -> Iterator[Event]:
        """Deal with a pass that failed: an early one is made again, a final one gives its utterance up."""
        del self._finals[key]
        final = running.final
        if final is not None and running.early and self._failures < _FAILURES_AT_MOST:
            self._start(final, self._finals)
        elif final is not None:
            self._accounts.pop(key, None)
            first_line = (str(error).splitlines() or [type(error).__name__])[0]
            yield self._untranscribed(final, f"it could not be decoded: {first_line}")
        if self._failures >= _FAILURES_AT_MOST:
            raise error

    def _untranscribed(self, task: Task, cause: str) -> Event:
        return outcome.untranscribed(task, self._utterances.shown(task.key), cause)

    def _judgement(self, running: Running, heard: Pass) -> Iterator[Event]:
        text = outcome.words(heard, running.seed, self._settings)
        longest_pause_ms = self._account(running.task.key).longest_pause_ms
        judged = outcome.judged(
            running.task, text, heard, self._settings.endpointing, longest_pause_ms=longest_pause_ms
        )
        if judged:
            self._utterances.apply(judged)
            yield judged

    def _partial(self, key: Key, running: Running) -> Iterator[Event]:
        try:
            heard, _ = self._result(running)
        except Abandoned:
            return
        except _DECODING_ERRORS:
            if self._failures >= _FAILURES_AT_MOST:
                raise
            return
        account = self._account(key)
        account.compute_ms += heard.compute_ms
        if guard.is_suspect(heard) or guard.says_nothing(heard, self._settings):
            return
        text, settled = account.agreement.update(running.seed.joined(heard.text))
        grown = outcome.grown(running.task, text, settled)
        self._utterances.apply(grown)
        yield grown

    def _account(self, key: Key, start_sample: int = 0) -> Account:
        account = self._accounts.get(key)
        if account is None:
            mel = self._engine.growing_mel(start_sample)
            account = self._accounts[key] = Account(mel, Seeds(self._settings))
        return account

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in (*self._partials.values(), *self._finals.values()):
            running.unwanted.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
