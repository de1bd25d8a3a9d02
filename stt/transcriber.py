"""From tasks to events: has the passes made, keeps speculative ones until they are wanted, judges the words.

Passes run on threads of their own (CTranslate2 lets go of the interpreter), so the stage's loop goes on
hearing: a pass whose speaker went on is left at once, and nothing waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bus.failures import Overrun
from bus.messages import Event, PauseJudged, TranscriptFinished, TranscriptGrew, UtteranceDiscarded, WordsLost
from bus.ring import SAMPLE_RATE
from stt import guard
from stt.agenda import Key, Task
from stt.agreement import Agreement
from stt.engine import Abandoned, Engine
from stt.guard import Pass
from stt.mel import Features, GrowingMel
from stt.patience import judge
from stt.seeds import Seed, Seeds
from stt.settings import SttSettings
from stt.sources import Sources
from stt.steady import SteadyEngine

_PASSES_A_WORKER = 2  # one is made while one that nobody wants any more comes to its end


@dataclass
class _Running:
    """A pass that was begun."""

    task: Task
    seed: Seed
    """The words before the sound that the pass hears."""
    words: Future[tuple[Pass, bool]]
    unwanted: threading.Event
    judged: bool = False
    """Whether it was said how long to wait after its words."""
    final: Task | None = None
    """The end of the utterance, decided while or after the pass was made."""
    early: bool = True
    """Whether the pass was begun before that."""


@dataclass
class _Account:
    """What an utterance has cost so far."""

    mel: GrowingMel
    seeds: Seeds
    agreement: Agreement = field(default_factory=Agreement)
    passes: int = 0
    wasted_passes: int = 0
    compute_ms: float = 0.0
    longest_pause_ms: float = 0.0


class Transcriber:
    """Turns tasks into events.

    Args:
        engine: Makes the passes.
        sources: Gives the audio.
        settings: The stage's settings.
    """

    def __init__(self, engine: Engine | SteadyEngine, sources: Sources, settings: SttSettings) -> None:
        self._engine, self._sources, self._settings = engine, sources, settings
        threads = _PASSES_A_WORKER * engine.device.workers
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pass")
        self._partials: dict[Key, _Running] = {}
        self._finals: dict[Key, _Running] = {}
        """Speculative passes and final ones: the newest of each utterance."""
        self._accounts: dict[Key, _Account] = {}
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
        gone_before = self._sources.oldest_sample(task.source)
        self._lost.append(_words_lost(task, Overrun(task.start_sample, min(gone_before, task.stop_sample))))

    def resume(self, key: Key, resumed_sample: int) -> None:
        """Take note that a speaker goes on: the speculative pass is left, words it has found are kept."""
        running = self._finals.get(key)
        if running is not None:
            account = self._account(key)
            pause_ms = (resumed_sample - running.task.quiet_sample) * 1000 / SAMPLE_RATE
            account.longest_pause_ms = max(account.longest_pause_ms, pause_ms)
            self._abandon(key)

    def _abandon(self, key: Key) -> None:
        running = self._finals.pop(key)
        running.unwanted.set()
        account = self._account(key)
        account.wasted_passes += 1
        if running.words.done() and not running.words.exception():
            heard, _ = running.words.result()
            account.compute_ms += heard.compute_ms
            if text := self._text(running, heard):
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

    def _start(self, task: Task, where: dict[Key, _Running]) -> None:
        account, is_partial = self._account(task.key, task.start_sample), task.kind == "partial"
        seed = (
            account.seeds.for_partial(task.start_sample, task.stop_sample)
            if is_partial
            else account.seeds.for_final(task.start_sample, task.stop_sample)
        )
        try:
            features = self._features(account.mel, task, seed)
        except Overrun as lost:
            if task.kind == "final":
                del self._accounts[task.key]
                self._lost.append(_words_lost(task, lost))
            return
        account.passes += 1
        unwanted = threading.Event()
        words = self._threads.submit(
            self._engine.hear,
            features,
            seed.text,
            again_if_suspect=not is_partial,
            abandoned=unwanted.is_set,
        )
        self._passes.add(words)
        is_final = task.kind == "final"
        where[task.key] = _Running(
            task, seed, words, unwanted, final=task if is_final else None, early=not is_final
        )

    def _final(self, key: Key, running: _Running) -> Iterator[Event]:
        try:
            heard, redone = running.words.result()
        except Abandoned:
            return
        if running.final is None:
            if not running.judged:
                running.judged = True
                yield from self._judgement(running, heard)
            return
        del self._finals[key]
        account = self._account(key)
        del self._accounts[key]
        task, text = running.final, self._text(running, heard)
        if not text:
            yield UtteranceDiscarded(
                source=task.source,
                utterance=task.utterance,
                start_sample=task.start_sample,
                stop_sample=task.stop_sample,
                cause="no words",
            )
            return
        yield TranscriptFinished(
            source=task.source,
            utterance=task.utterance,
            text=text,
            start_sample=task.start_sample,
            quiet_sample=task.quiet_sample,
            stop_sample=task.stop_sample,
            mean_log_probability=heard.mean_log_probability,
            no_speech_probability=heard.no_speech_probability,
            window_s=heard.window_s,
            redone=redone,
            speculative=running.early,
            queue_ms=0.0 if running.early else max(0.0, (heard.began_ns - task.decided_ns) / 1e6),
            compute_ms=heard.compute_ms,
            passes=account.passes,
            wasted_passes=account.wasted_passes,
            all_compute_ms=account.compute_ms + heard.compute_ms,
        )

    def _text(self, running: _Running, heard: Pass) -> str:
        """Return the words of the utterance up to where the pass ended; empty when there were none."""
        says_nothing = guard.says_nothing(heard, self._settings)
        return running.seed.joined("" if says_nothing else guard.without_loop(heard.text))

    def _judgement(self, running: _Running, heard: Pass) -> Iterator[Event]:
        """Say how long to wait; of sound without words nothing is said, and the longest wait holds."""
        text = self._text(running, heard)
        if not text:
            return
        judgement = judge(
            text,
            self._settings.patience,
            mean_log_probability=heard.mean_log_probability,
            longest_pause_ms=self._account(running.task.key).longest_pause_ms,
        )
        yield PauseJudged(
            source=running.task.source,
            utterance=running.task.utterance,
            start_sample=running.task.start_sample,
            quiet_sample=running.task.quiet_sample,
            wait_ms=judgement.wait_ms,
            because=judgement.because,
            text=text,
        )

    def _partial(self, key: Key, running: _Running) -> Iterator[Event]:
        try:
            heard, _ = running.words.result()
        except Abandoned:
            return
        account = self._account(key)
        account.compute_ms += heard.compute_ms
        if guard.is_suspect(heard) or guard.says_nothing(heard, self._settings):
            return
        text, settled = account.agreement.update(running.seed.joined(heard.text))
        yield TranscriptGrew(
            source=running.task.source,
            utterance=running.task.utterance,
            text=text,
            settled_words=settled,
            stop_sample=running.task.stop_sample,
        )

    def _features(self, mel: GrowingMel, task: Task, seed: Seed) -> Features:
        """Return what the pass hears; only sound that no pass before it has heard is read and computed."""
        if mel.stop_sample < task.stop_sample:
            mel.extend(self._sources.read(task.source, mel.stop_sample, task.stop_sample))
        return mel.features(seed.sample, task.stop_sample)

    def _account(self, key: Key, start_sample: int = 0) -> _Account:
        account = self._accounts.get(key)
        if account is None:
            mel = self._engine.growing_mel(start_sample)
            account = self._accounts[key] = _Account(mel, Seeds(self._settings))
        return account

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in (*self._partials.values(), *self._finals.values()):
            running.unwanted.set()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _words_lost(task: Task, lost: Overrun) -> WordsLost:
    return WordsLost(
        source=task.source,
        utterance=task.utterance,
        start_sample=lost.start_sample,
        stop_sample=lost.stop_sample,
        cause="its audio was overwritten before it could be transcribed",
    )
