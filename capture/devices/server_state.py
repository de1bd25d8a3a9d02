"""The sound server's defaults: which source and output, muted or not, how loud."""

from __future__ import annotations

import msgspec


class Port(msgspec.Struct, frozen=True):
    """A source or an output of the server."""

    name: str
    description: str
    muted: bool
    volume: float
    """1 is 100 %, the loudest channel counts."""


class ServerState(msgspec.Struct, frozen=True):
    """The server and its default devices."""

    server: str
    """"pulseaudio 16.1", "PulseAudio (on PipeWire 1.0.5) 15.0.0"."""
    source: Port | None = None
    """The default input."""
    sink: Port | None = None
    """The default output."""
    monitor: Port | None = None
    """The source that delivers what the default output plays."""
