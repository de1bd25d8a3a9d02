"""What the user may set about taking sound in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import Flag, SourceText


class CaptureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [capture]."""

    sources: Annotated[
        dict[str, SourceText],
        Flag(
            "--source",
            "What to capture, as often as needed: mic=default, call=monitor (the computer's own sound), "
            "NAME=device:NAME-OR-NUMBER, NAME=file:PATH, NAME=- (16 kHz s16le on standard input).",
            metavar="NAME=SOURCE",
            short="-s",
        ),
    ] = {}
    """What to hear, by name: mic = "default", call = "monitor"; written as on the command line."""
    pace: Annotated[Literal["realtime", "fast"], Flag("--pace", "How fast to play recordings.")] = "realtime"
    """How recordings are played: as they were spoken, or as fast as the words keep up."""
    block_ms: Annotated[int, msgspec.Meta(ge=2, le=100)] = 20
    """Length of the pieces in which sound is taken in."""
    ring_s: Annotated[float, msgspec.Meta(ge=40, le=3600)] = 60.0
    """How far back the stages can reach."""
    fast_ahead_s: Annotated[float, msgspec.Meta(ge=35, le=3600)] = 40.0
    """At fast pace: how much sound may lie between the writer and the oldest that is still needed; a long
    utterance needs 35."""
    device_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 5.0
    """How long an opened device may take to deliver its first sound."""

    def __post_init__(self) -> None:
        if self.ring_s < self.fast_ahead_s + 5.0:
            raise ValueError("ring_s must be at least 5 s more than fast_ahead_s")
