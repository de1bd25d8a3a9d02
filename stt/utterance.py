"""State of one utterance: its spectrogram, its known words, its passes and their cost.

Knows no engine and starts no thread; `transcriber.py` does.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE
from stt.engines.engine import Pass
from stt.engines.hallucination import plain_words
from stt.engines.mel import Features, GrowingMel
from stt.engines.turn_end import HEARD_S
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterances.sources import Sources
from stt.utterances.turns import Turn

_LEAST_PARTIAL_SAMPLES = round(0.8 * SAMPLE_RATE)
_LEAST_TAIL_SAMPLES = round(1.0 * SAMPLE_RATE)
"""A shorter rest after a known pause would be a word or two, and its pass could miss them."""
_BEFORE_STAMP_S = 0.06
"""How long before the end of a known pause its pass starts to write."""
_MOST_REPEATED = 6
"""Words at the end of the known ones that a pass may write again; longer runs are `hallucination.repeats`."""


@dataclass(frozen=True)
class Prefix:
    """Known words up to a pause, and the sample at which the rest begins."""

    sample: int
    text: str
    start_sample: int = 0
    """Where the turn begins whose words the text has."""

    @property
    def context(self) -> str:
        """The words without the full stop that every pause gets, so that a sentence may continue."""
        return self.text[:-1] if self.text.endswith(".") and not self.text.endswith("..") else self.text

    def joined(self, text: str) -> str:
        """Return these words followed by the text of a pass over the rest, without what it repeats."""
        words, known = text.split(), plain_words(self.text)
        for count in range(min(len(words), len(known), _MOST_REPEATED), 0, -1):
            if plain_words(" ".join(words[:count])) == known[-count:]:
                words = words[count:]
                break
        before = self.context if words and words[0][0].islower() else self.text
        return " ".join([before, *words]).strip()


@dataclass(frozen=True)
class PassPlan:
    """Which audio a pass gets, and which of its words are known."""

    first_sample: int
    """Where the audio of the pass begins."""
    prefix: Prefix
    """The words before those of the pass."""
    start_sample: int
    """Where the turn begins, whose words the event will have."""
    replaces: tuple[int, ...] = ()
    """Earlier utterances whose words the event will have."""

    @classmethod
    def of_all(cls, task: Task) -> PassPlan:
        """Return a pass over all of an utterance, and nothing else."""
        return cls.from_start(task.start_sample)

    @classmethod
    def from_start(cls, start_sample: int, replaces: tuple[int, ...] = ()) -> PassPlan:
        """Return a pass over all of a turn that begins here."""
        return cls(start_sample, Prefix(start_sample, ""), start_sample, replaces)

    @property
    def words_from_s(self) -> float:
        """Where in the audio the words of the pass begin; 0 where it begins with them."""
        after_s = (self.prefix.sample - self.first_sample) / SAMPLE_RATE - _BEFORE_STAMP_S
        return max(0.0, after_s) if self.prefix.text else 0.0

    @property
    def is_complete(self) -> bool:
        """Whether the pass itself gives all words."""
        return not self.prefix.text


class StableWords:
    """Words of the partials on which two passes in a row agree (LocalAgreement-2).

    A stable word is never taken back by a later partial; the final may still differ.
    """

    def __init__(self) -> None:
        self._last_pass: list[str] = []
        self._stable: list[str] = []

    def update(self, text: str, known_words: int = 0) -> tuple[str, int]:
        """Add the text of a new pass; return the text to show and the number of its stable words.

        Where the new pass contradicts stable words, they stay, and the new pass gives the words after them.

        Args:
            text: All words so far.
            known_words: How many of them the pass did not write, because they were known.
        """
        words = text.split()
        agreed = max(known_words, _common(self._last_pass, words))
        if agreed > len(self._stable) and _common(self._stable, words) == len(self._stable):
            self._stable = words[:agreed]
        self._last_pass = words
        shown = self._stable + words[len(self._stable) :]
        return " ".join(shown), len(self._stable)


def _common(first: list[str], second: list[str]) -> int:
    """Return the length of the common beginning, ignoring case and punctuation."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if _normalized(one) != _normalized(other):
            break
        count += 1
    return count


def _normalized(word: str) -> str:
    return word.lower().strip(".,!?;:\"'…-")


@dataclass
class RunningPass:
    """A pass on a thread of its own, and the decisions made about it since it began."""

    task: Task
    plan: PassPlan
    result: Future[tuple[Pass, bool]]
    """The decoded words, and whether the pass was retried with a wider window."""
    cancelled: threading.Event
    """Set when the result is not needed any more; the pass stops at its next checkpoint."""
    final: Task | None
    """The final task that this pass serves; a speculative pass has none until the utterance ends."""
    endpoint_predicted: bool = False

    @property
    def early(self) -> bool:
        """Whether the pass began before the end of the utterance was decided."""
        return self.task.kind != "final"


@dataclass
class TurnAudio:
    """The audio of a turn so far, and the words known of it."""

    mel: GrowingMel
    prefixes: list[Prefix] = field(default_factory=list)

    def know(self, sample: int, text: str, start_sample: int) -> None:
        """Remember the words up to a pause."""
        self.prefixes.append(Prefix(sample, text, start_sample))

    def revise(self, plan: PassPlan, sample: int, text: str) -> None:
        """Remember revised words up to a pause, and forget those that they replace."""
        self.prefixes = [each for each in self.prefixes if each.sample <= plan.first_sample]
        self.know(sample, text, plan.start_sample)

    def known(self, start_sample: int) -> list[Prefix]:
        """Return the words known of a turn that begins here."""
        return [each for each in self.prefixes if each.start_sample == start_sample]


@dataclass
class Utterance:
    """All that is known of an utterance between its first pass and its outcome."""

    audio: TurnAudio
    """Of the turn that the utterance continues or begins."""
    settings: SttSettings
    stable_words: StableWords = field(default_factory=StableWords)
    partial: RunningPass | None = None
    final: RunningPass | None = None
    """The newest speculative or final pass."""
    passes: int = 0
    """Passes begun, partials included."""
    wasted_passes: int = 0
    """Speculative passes after which the speaker resumed."""
    compute_ms: float = 0.0
    """Cost of partials, and of wasted passes that were done when the speaker resumed."""
    longest_pause_ms: float = 0.0

    def unfinished(self) -> list[RunningPass]:
        """Return the passes whose result is wanted and not there yet."""
        return [each for each in (self.partial, self.final) if each and not each.result.done()]

    def is_made(self, task: Task) -> bool:
        """Return whether a speculative pass over the same pause serves for this task."""
        final = self.final
        return final is not None and final.final is None and final.task.quiet_sample == task.quiet_sample

    def plan(self, task: Task, turn: Turn | None) -> PassPlan:
        """Return what a pass gets to transcribe.

        A partial begins at the last pause that leaves something to transcribe. A short final begins at the
        start of the turn, because Whisper is more accurate with more of a sentence; a longer one gets some
        audio before the last pause and writes only what comes after it, which is faster.

        Args:
            task: The pass to make.
            turn: The turn that the utterance continues, if any.
        """
        if turn is not None and turn.start_sample < self.audio.mel.start_sample:
            turn = None
        replaces = turn.utterances if turn else ()
        start = turn.start_sample if turn else task.start_sample
        known = self.audio.known(start)
        if turn is not None and turn.text:
            known = [Prefix(turn.stop_sample, turn.text, start), *known]
        if task.kind == "partial":
            return self._partial_plan(task, known, replaces)
        samples = task.stop_sample - start
        late = [each for each in known if each.sample <= task.stop_sample - _LEAST_TAIL_SAMPLES]
        if samples <= self._samples(self.settings.short_pass_s if late else self.settings.longest_pass_s):
            return PassPlan.from_start(start, replaces)
        if not late:
            return PassPlan.of_all(task)
        prefix = max(late, key=lambda each: each.sample)
        first = min(prefix.sample, max(start, task.stop_sample - self._samples(self.settings.context_s)))
        return PassPlan(first, prefix, start, replaces)

    def revision(self, final: RunningPass) -> PassPlan | None:
        """Return a pass over more of a turn than its final had; None where there is no more."""
        plan, stop = final.plan, final.task.stop_sample
        longest = self._samples(self.settings.longest_pass_s)
        if plan.is_complete:
            return None
        if stop - plan.start_sample <= longest:
            return PassPlan.from_start(plan.start_sample, plan.replaces)
        known = self.audio.known(plan.start_sample)
        early = [each for each in known if stop - longest <= each.sample < plan.prefix.sample]
        if not early:
            return None
        prefix = min(early, key=lambda each: each.sample)
        return PassPlan(prefix.sample, prefix, plan.start_sample, plan.replaces)

    def features(self, task: Task, plan: PassPlan, sources: Sources) -> Features:
        """Return the input of a pass; reads and computes only audio that no earlier pass has used.

        Raises:
            Overrun: That audio has been overwritten.
        """
        mel = self.audio.mel
        if mel.stop_sample < task.stop_sample:
            mel.extend(sources.read(task.source, mel.stop_sample, task.stop_sample))
        return mel.features(plan.first_sample, task.stop_sample)

    def heard(self, task: Task) -> NDArray[np.float32]:
        """Return the last seconds of the turn up to the end of a pass: see `TurnEndModel`."""
        return self.audio.mel.waveform(task.stop_sample - self._samples(HEARD_S), task.stop_sample)

    def add_pause(self, quiet_sample: int, resumed_sample: int) -> None:
        """Record a pause after which the speaker resumed."""
        pause_ms = (resumed_sample - quiet_sample) * 1000 / SAMPLE_RATE
        self.longest_pause_ms = max(self.longest_pause_ms, pause_ms)

    def cancel_partial(self) -> None:
        """Cancel the partial pass: a pass for the final is about to begin."""
        if self.partial:
            self.partial.cancelled.set()
        self.partial = None

    def cancel(self) -> None:
        """Cancel all passes."""
        for running in (self.partial, self.final):
            if running:
                running.cancelled.set()
        self.partial = self.final = None

    def _partial_plan(self, task: Task, known: list[Prefix], replaces: tuple[int, ...]) -> PassPlan:
        latest = task.stop_sample - _LEAST_PARTIAL_SAMPLES
        early = [each for each in known if each.sample <= max(latest, task.start_sample)]
        if not early:
            return PassPlan.of_all(task)
        prefix = max(early, key=lambda each: each.sample)
        return PassPlan(max(prefix.sample, task.start_sample), prefix, prefix.start_sample, replaces)

    @staticmethod
    def _samples(seconds: float) -> int:
        return round(seconds * SAMPLE_RATE)
