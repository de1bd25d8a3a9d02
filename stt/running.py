"""A pass that was begun, on a thread of its own, and what has been decided about it since."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass

from stt.hallucination import Pass
from stt.scheduler import Task
from stt.seeds import Seed


@dataclass
class Running:
    """A pass that was begun."""

    task: Task
    seed: Seed
    """The words before the sound that the pass hears."""
    words: Future[tuple[Pass, bool]]
    """What the pass brings, and whether it was made again."""
    unwanted: threading.Event
    """Set when nobody waits for the pass any more: it is left at its next seam."""
    final: Task | None
    """The end of the utterance, decided before, while or after the pass was made."""
    judged: bool = False
    """Whether it was said how long to wait after its words."""

    @property
    def early(self) -> bool:
        """Whether the pass was begun before the end of the utterance was decided."""
        return self.task.kind != "final"
