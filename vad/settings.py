"""Settings of speech detection: the table [vad]."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=5000)]
QuietMilliseconds = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Probability = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class VadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of speech detection."""

    detector: Literal["silero", "webrtc"] = "silero"
    """Silero is better in noise; webrtc costs almost nothing."""
    webrtc_mode: Annotated[int, msgspec.Meta(ge=0, le=3)] = 3
    """Aggressiveness of webrtc, 0 to 3."""
    start_threshold: Probability = 0.5
    """Probability from which on a window starts speech."""
    end_threshold: Probability = 0.35
    """Probability below which a window ends speech."""
    min_speech_ms: Milliseconds = 96
    """Shorter sounds are not utterances."""
    pre_roll_ms: Milliseconds = 300
    """Audio before the first speech that belongs to an utterance."""
    pause_ms: QuietMilliseconds = 32
    """Quiet after which a pause is published, and its words are transcribed."""
    hangover_ms: QuietMilliseconds = 1000
    """Quiet after which an utterance ends, unless endpointing shortens it."""
    padding_ms: Milliseconds = 96
    """Audio after the last speech that belongs to an utterance; a pass at a pause gets less."""
    longest_s: Annotated[float, msgspec.Meta(ge=2, le=28)] = 25.0
    """Longer utterances are cut at their best pause."""

    def __post_init__(self) -> None:
        if self.end_threshold > self.start_threshold:
            raise ValueError("end_threshold must not be more than start_threshold")
        if self.pause_ms > self.hangover_ms:
            raise ValueError("pause_ms must not be more than hangover_ms")
