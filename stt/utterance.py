"""What is kept of an utterance from one pass to the next. Knows no engine and no threads; judges no words."""

from __future__ import annotations

from dataclasses import dataclass, field

from bus.audio import SAMPLE_RATE
from stt.agreement import Agreement
from stt.mel import Features, GrowingMel
from stt.scheduler import Task
from stt.seeds import Seed, Seeds
from stt.sources import Sources


@dataclass
class Account:
    """The sound and the words of an utterance that are known, and what they have cost so far."""

    mel: GrowingMel
    seeds: Seeds
    agreement: Agreement = field(default_factory=Agreement)
    passes: int = 0
    """Passes that were begun, partials included."""
    wasted_passes: int = 0
    """Speculative passes among them whose speaker went on."""
    compute_ms: float = 0.0
    """Of partials, and of wasted passes that were done when the speaker went on."""
    longest_pause_ms: float = 0.0
    """The longest pause within the utterance."""

    def seed(self, task: Task) -> Seed:
        """Return where the pass begins, and the words before that."""
        choose = self.seeds.for_partial if task.kind == "partial" else self.seeds.for_final
        return choose(task.start_sample, task.stop_sample)

    def features(self, task: Task, seed: Seed, sources: Sources) -> Features:
        """Return what the pass hears; only sound that no pass before it has heard is read and computed.

        Raises:
            Overrun: That sound has been overwritten.
        """
        if self.mel.stop_sample < task.stop_sample:
            self.mel.extend(sources.read(task.source, self.mel.stop_sample, task.stop_sample))
        return self.mel.features(seed.sample, task.stop_sample)

    def paused(self, quiet_sample: int, resumed_sample: int) -> None:
        """Take note of a pause within the utterance."""
        pause_ms = (resumed_sample - quiet_sample) * 1000 / SAMPLE_RATE
        self.longest_pause_ms = max(self.longest_pause_ms, pause_ms)
