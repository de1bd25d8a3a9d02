"""What the user may set about hearing where someone speaks."""

from __future__ import annotations

from typing import Literal

import msgspec


class VadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [vad]."""

    detector: Literal["silero", "webrtc"] = "silero"
    """Silero hears speech in noise better; webrtc costs almost nothing."""
    webrtc_mode: int = 3
    """How sure webrtc must be, 0 to 3."""
    start_threshold: float = 0.5
    """Probability from which on a window counts as speech when there was none."""
    end_threshold: float = 0.35
    """Probability below which a window counts as quiet when there was speech."""
    min_speech_ms: int = 96
    """Shorter sounds are no utterances."""
    pre_roll_ms: int = 300
    """What an utterance takes with it from before its first speech."""
    pause_ms: int = 96
    """Quiet after which a pause is told: the end may have come."""
    hangover_ms: int = 1000
    """Quiet after which an utterance has ended, when nobody has judged its words to need less."""
    padding_ms: int = 96
    """What an utterance takes with it from after its last speech."""
    longest_s: float = 25.0
    """An utterance that gets longer is cut at its best pause."""

    def __post_init__(self) -> None:
        if not 0.0 < self.end_threshold <= self.start_threshold < 1.0:
            raise ValueError("the thresholds must be 0 < end_threshold <= start_threshold < 1")
        if not 0 <= self.webrtc_mode <= 3:
            raise ValueError("webrtc_mode must be 0, 1, 2 or 3")
        if self.pause_ms > self.hangover_ms:
            raise ValueError("pause_ms must not be more than hangover_ms")
        if min(self.min_speech_ms, self.pre_roll_ms, self.pause_ms, self.padding_ms) < 0:
            raise ValueError("lengths must not be negative")
        if not 2.0 <= self.longest_s <= 28.0:
            raise ValueError("longest_s must be between 2 and 28")
