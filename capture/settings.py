"""Settings of capture: the table [capture]."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import Flag, SourceText


class CaptureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of capture."""

    sources: Annotated[
        dict[str, SourceText],
        Flag(
            "--source",
            "What to capture, as often as needed: mic=default, call=monitor (the computer's own sound), "
            "NAME=device:NAME-OR-NUMBER, call=app:PROGRAM (what one program plays; Linux), NAME=file:PATH, "
            "NAME=- (16 kHz s16le on standard input).",
            metavar="NAME=SOURCE",
            short="-s",
        ),
    ] = {}
    """Sources to capture, by name: mic = "default", call = "monitor"; as on the command line."""
    pace: Annotated[Literal["realtime", "fast"], Flag("--pace", "How fast to play recordings.")] = "realtime"
    """Pace of recordings: real time, or as fast as transcription keeps up."""
    block_ms: Annotated[int, msgspec.Meta(ge=2, le=100)] = 20
    """Length of the blocks in which a recording is written."""
    ring_s: Annotated[float, msgspec.Meta(ge=40, le=3600)] = 60.0
    """How much audio the ring holds."""
    fast_ahead_s: Annotated[float, msgspec.Meta(ge=35, le=3600)] = 40.0
    """At fast pace: how much audio may lie between the newest sample and the oldest that is still needed; a
    long utterance needs 35."""
    echo_cancellation: bool = True
    """Remove from a microphone what it hears of the loudspeakers, once that is detected."""
    device_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 5.0
    """How long an opened device may take to deliver its first audio."""

    def __post_init__(self) -> None:
        if self.ring_s < self.fast_ahead_s + 5.0:
            raise ValueError("ring_s must be at least 5 s more than fast_ahead_s")
