"""What the user may set about taking sound in."""

from __future__ import annotations

from typing import Literal

import msgspec


class CaptureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [capture]."""

    sources: dict[str, str] = {}
    """What to hear, by name: mic = "default", call = "monitor"; written as on the command line."""
    pace: Literal["realtime", "fast"] = "realtime"
    """How recordings are played: as they were spoken, or as fast as the words keep up."""
    block_ms: int = 20
    """Length of the pieces in which sound is taken in."""
    ring_s: float = 60.0
    """How far back the stages can reach."""
    fast_ahead_s: float = 40.0
    """At fast pace: how much sound may lie between the writer and the oldest that is still needed."""
    device_timeout_s: float = 5.0
    """How long an opened device may take to deliver its first sound."""

    def __post_init__(self) -> None:
        if not 2 <= self.block_ms <= 100:
            raise ValueError("block_ms must be between 2 and 100")
        if self.ring_s < self.fast_ahead_s + 5.0:
            raise ValueError("ring_s must be at least 5 s more than fast_ahead_s")
        if self.fast_ahead_s < 35.0:
            raise ValueError("fast_ahead_s must be at least 35, or a long utterance would not fit")
