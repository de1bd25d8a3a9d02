"""State of an utterance that has not ended."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Utterance:
    """What the gate knows of an utterance; all positions in samples."""

    number: int
    start_sample: int
    detected_sample: int
    spoken_sample: int
    """One past the last speech."""
    wait: int
    """Quiet after which it ends, in samples."""
    pauses: list[tuple[int, int]] = field(default_factory=list)
    """Quiet stretches within it, candidates for a cut."""
    faintest: list[tuple[float, int]] = field(default_factory=list)
    """Probability and middle of each window that is a candidate for a cut without a pause."""
    sure: list[tuple[int, int]] = field(default_factory=list)
    """Windows that certainly contain speech."""
    is_by_sound: bool = False
    """Whether the detector missed some of its speech, so that all sound in it counts as speech."""
