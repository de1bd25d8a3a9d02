"""What the user may set about hearing where someone speaks."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class VadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [vad]."""

    detector: Literal["silero", "webrtc"] = "silero"
    """Silero hears speech in noise better; webrtc costs almost nothing."""
    webrtc_mode: Annotated[int, msgspec.Meta(ge=0, le=3)] = 3
    """How sure webrtc must be, 0 to 3."""
    start_threshold: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.5
    """Probability from which on a window counts as speech when there was none."""
    end_threshold: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.35
    """Probability below which a window counts as quiet when there was speech."""
    min_speech_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 96
    """Shorter sounds are no utterances."""
    pre_roll_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 300
    """What an utterance takes with it from before its first speech."""
    pause_ms: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 96
    """Quiet after which a pause is told: the end may have come."""
    hangover_ms: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 1000
    """Quiet after which an utterance has ended, when nobody has judged its words to need less."""
    padding_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 96
    """What an utterance takes with it from after its last speech."""
    longest_s: Annotated[float, msgspec.Meta(ge=2, le=28)] = 25.0
    """An utterance that gets longer is cut at its best pause."""

    def __post_init__(self) -> None:
        if self.end_threshold > self.start_threshold:
            raise ValueError("end_threshold must not be more than start_threshold")
        if self.pause_ms > self.hangover_ms:
            raise ValueError("pause_ms must not be more than hangover_ms")
