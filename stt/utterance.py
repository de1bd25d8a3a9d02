"""State of one utterance: its spectrogram, its known words, its passes and their cost.

Knows no engine and starts no thread; `transcriber.py` does.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from bus.audio import SAMPLE_RATE
from stt.hallucination import Pass
from stt.mel import Features, GrowingMel
from stt.scheduler import Task
from stt.sources import Sources

_LEAST_PARTIAL_SAMPLES = round(0.8 * SAMPLE_RATE)
_LEAST_FINAL_SAMPLES = 3 * SAMPLE_RATE
"""A shorter final pass would transcribe a word or two out of context, and get them wrong."""


@dataclass(frozen=True)
class Prefix:
    """Words of an utterance up to a pause, and the sample at which the rest begins."""

    sample: int
    text: str

    def joined(self, text: str) -> str:
        """Return these words followed by the text of a pass over the rest."""
        return f"{self.text} {text}".strip()


class StableWords:
    """Words of the partials on which two passes in a row agree (LocalAgreement-2).

    A stable word is never taken back by a later partial; the final may still differ.
    """

    def __init__(self) -> None:
        self._last_pass: list[str] = []
        self._stable: list[str] = []

    def update(self, text: str) -> tuple[str, int]:
        """Add the text of a new pass; return the text to show and the number of its stable words.

        Where the new pass contradicts stable words, they stay, and the new pass gives the words after them.
        """
        words = text.split()
        agreed = _common(self._last_pass, words)
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
    prefix: Prefix
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
class Utterance:
    """All that is known of an utterance between its first pass and its outcome."""

    mel: GrowingMel
    longest_pass_samples: int
    """A final pass over more than this begins at a known pause."""
    prefixes: list[Prefix] = field(default_factory=list)
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

    def prefix(self, task: Task) -> Prefix:
        """Return where the pass begins, and the words before that.

        Partials begin at the last pause that leaves something to transcribe. So do long finals; shorter
        ones begin at the start, because Whisper is more accurate with more of a sentence.
        """
        if task.kind == "partial":
            latest = task.stop_sample - _LEAST_PARTIAL_SAMPLES
        elif task.stop_sample - task.start_sample > self.longest_pass_samples:
            latest = task.stop_sample - _LEAST_FINAL_SAMPLES
        else:
            return Prefix(task.start_sample, "")
        early_enough = (prefix for prefix in self.prefixes if prefix.sample <= latest)
        return max(early_enough, key=lambda prefix: prefix.sample, default=Prefix(task.start_sample, ""))

    def features(self, task: Task, prefix: Prefix, sources: Sources) -> Features:
        """Return the input of a pass; reads and computes only audio that no earlier pass has used.

        Raises:
            Overrun: That audio has been overwritten.
        """
        if self.mel.stop_sample < task.stop_sample:
            self.mel.extend(sources.read(task.source, self.mel.stop_sample, task.stop_sample))
        return self.mel.features(prefix.sample, task.stop_sample)

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
