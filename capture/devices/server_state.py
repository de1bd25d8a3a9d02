"""Reads the sound server's defaults: which source and output, muted or not, how loud."""

from __future__ import annotations

import sys

import msgspec

if sys.platform == "linux":
    import pulsectl

_ANSWERS_WITHIN_S = 3.0


class Port(msgspec.Struct, frozen=True):
    """A source or an output of the server."""

    name: str
    description: str
    muted: bool
    volume: float
    """1 is 100 %, the loudest channel counts."""
    rate_hz: int
    channels: int


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


def read_server_state() -> ServerState | None:
    """Return the server's state; None where there is no such server, or it does not answer."""
    if sys.platform != "linux":
        return None
    try:
        with pulsectl.Pulse("Cuecard", connect=False) as pulse:
            pulse.connect(autospawn=False, wait=False, timeout=_ANSWERS_WITHIN_S)
            server = pulse.server_info()
            sources = {source.name: source for source in pulse.source_list()}
            sinks = {sink.name: sink for sink in pulse.sink_list()}
    except pulsectl.PulseError:
        return None
    sink = sinks.get(server.default_sink_name)
    return ServerState(
        f"{server.server_name} {server.server_version}",
        _port(sources.get(server.default_source_name)),
        _port(sink),
        _port(sources.get(sink.monitor_source_name) if sink else None),
    )


def _port(found: pulsectl.PulseSourceInfo | pulsectl.PulseSinkInfo | None) -> Port | None:
    if found is None:
        return None
    return Port(
        found.name,
        found.description,
        bool(found.mute),
        max(found.volume.values, default=0.0),
        found.sample_spec.rate,
        found.sample_spec.channels,
    )
