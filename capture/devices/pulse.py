"""Connection to PulseAudio or PipeWire: lists its sources and programs, and reports that they changed.

The computer's audio output is such a source: the monitor of a sink.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from bus.failures import InputFailure
from capture.devices.device import Device, used_channels
from capture.devices.pulse_library import errors, pulsectl_library, reason
from capture.devices.server_state import Port, ServerState

SERVER_VARIABLE = "PULSE_SERVER"
"""Names the server to the PulseAudio client library."""

HOST_API = "PulseAudio"
_NAME = "Cuecard"
_TIMEOUT_S = 2.0
_CONNECT_EVERY_S = 0.2
_POLL_S = 1e-4  # 0 would wait forever
_NOT_CHOSEN_YET = ("", "@DEFAULT_SINK@")
_RETRY_EVERY_S = 0.1
_REMOTE = re.compile(r"(?:\{[^}]*\})?(?:tcp[46]?:|(?!unix:|/)[\w.-]+)")

T = TypeVar("T")


@dataclass(frozen=True)
class Defaults:
    """What the user has chosen in the sound settings, by the server's names; empty where there is nothing."""

    source: str
    sink: str


class SoundServer:
    """The user's sound server; connected when it is first asked, and again after it was restarted."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._deadline_s = 0.0
        self._next_try_s = 0.0
        self._has_changed = False

    def devices(self) -> list[Device]:
        """Return the sources of the server, then the programs that play.

        Raises:
            InputFailure: No sound server answers.
            MachineFailure: libpulse is missing.
        """
        default = self.defaults().source
        sources = self._ask(lambda server: server.source_list())
        programs = self._ask(lambda server: server.sink_input_list())
        return [_source(each, default) for each in sources] + list(_programs(programs))

    def defaults(self) -> Defaults:
        """Return the default source and sink.

        Raises:
            InputFailure: No sound server answers.
            MachineFailure: libpulse is missing.
        """
        info = self._ask(lambda server: server.server_info())
        return Defaults(info.default_source_name or "", info.default_sink_name or "")

    def state(self) -> ServerState:
        """Return the server, and its default devices with their volumes.

        Raises:
            InputFailure: No sound server answers.
            MachineFailure: libpulse is missing.
        """
        info = self._ask(lambda server: server.server_info())
        sources = {each.name: each for each in self._ask(lambda server: server.source_list())}
        sinks = {each.name: each for each in self._ask(lambda server: server.sink_list())}
        sink = sinks.get(info.default_sink_name)
        return ServerState(
            f"{info.server_name} {info.server_version}",
            _port(sources.get(info.default_source_name)),
            _port(sink),
            _port(sources.get(sink.monitor_source_name) if sink else None),
        )

    def default_monitor(self, wait_s: float = 0.0) -> Device:
        """Return the monitor of the default output.

        Args:
            wait_s: How long to wait for PipeWire's session manager to choose a default output, after a login.

        Raises:
            InputFailure: No sound server answers, or the default output has no monitor.
            MachineFailure: libpulse is missing.
        """
        give_up_s = time.monotonic() + wait_s
        while (sink := self.defaults().sink) in _NOT_CHOSEN_YET and time.monotonic() < give_up_s:
            time.sleep(_RETRY_EVERY_S)
        found = [device for device in self.devices() if device.name == f"{sink}.monitor"]
        if not found:
            raise InputFailure(
                f"the default output {sink or '(none)'} has no monitor",
                fix="choose another output in the sound settings, or name a monitor: see `cuecard devices`",
            )
        return found[0]

    def changed(self) -> bool:
        """Return whether devices, defaults, programs or the server itself changed since the last call."""
        if self._connection is None:
            self._reconnect()
        else:
            try:
                self._deadline_s = time.monotonic() + _TIMEOUT_S
                self._connection.event_listen(_POLL_S)
            except errors():
                self.close()
                self._has_changed = True
        changed, self._has_changed = self._has_changed, False
        return changed

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with contextlib.suppress(Exception):  # a connection that failed
                self._connection.close()
        self._connection = None

    def _reconnect(self) -> None:
        if time.monotonic() < self._next_try_s:
            return
        self._next_try_s = time.monotonic() + _CONNECT_EVERY_S
        with contextlib.suppress(InputFailure):
            self._connect()
            self._has_changed = True

    def _ask(self, request: Callable[[Any], T]) -> T:
        """Return the server's answer to a request of pulsectl."""
        pulsectl = pulsectl_library()
        if self._connection is None:
            self._connect()
        self._deadline_s = time.monotonic() + _TIMEOUT_S
        try:
            answer = request(self._connection)
            if not self._connection.connected:
                raise pulsectl.PulseDisconnected
        except errors() as error:
            is_late = time.monotonic() >= self._deadline_s
            self.close()
            raise _silent() if is_late else _unreachable("Connection terminated") from error
        return answer

    def _connect(self) -> None:
        pulsectl = pulsectl_library()
        connection = pulsectl.Pulse(_NAME, connect=False)
        connection.set_poll_func(self._poll, lambda *_: None)
        self._deadline_s = time.monotonic() + _TIMEOUT_S
        try:
            connection.connect(autospawn=False)
            connection.event_mask_set("source", "server", "sink_input")
            connection.event_callback_set(self._note)
        except errors() as error:
            is_late = time.monotonic() >= self._deadline_s
            why = reason(connection)
            with contextlib.suppress(Exception):
                connection.close()
            raise _silent() if is_late else _unreachable(why) from error
        self._connection = connection

    def _note(self, event: Any) -> None:
        """Note an event; a source also "changes" whenever a stream of it begins or ends."""
        if not (event.facility == "source" and event.t == "change"):
            self._has_changed = True

    def _poll(self, descriptors: list[Any], timeout_s: float) -> int:
        """Wait for the server like poll(2), but not past the deadline of the request."""
        left_s = max(self._deadline_s - time.monotonic(), 0.0)
        poller = select.poll()
        for each in descriptors:
            poller.register(each.fd, each.events)
        ready = dict(poller.poll(1000 * (left_s if timeout_s < 0 else min(timeout_s, left_s))))
        for each in descriptors:
            each.revents = ready.get(each.fd, 0)
        if not ready and time.monotonic() >= self._deadline_s:
            raise TimeoutError
        return len(ready)


def _source(found: Any, default: str) -> Device:
    description = found.description or ""
    return Device(
        name=found.name,
        index=found.index,
        kind="microphone" if found.monitor_of_sink_name is None else "monitor",
        is_default=found.name == default,
        native_rate_hz=found.rate_hz,
        native_channels=used_channels(found.channel_count),
        host_api=HOST_API,
        description=description if description not in (found.name, "(null)") else "",
    )


def _port(found: Any) -> Port | None:
    if found is None:
        return None
    volume = max(found.volume.values, default=0.0)
    return Port(found.name, found.description or found.name, bool(found.mute), volume)


def _programs(inputs: Iterable[Any]) -> Iterable[Device]:
    """Yield the programs that play, with the oldest stream of each that is not paused."""
    seen = set()
    for stream in sorted((each for each in inputs if not each.corked), key=lambda each: int(each.index)):
        name = stream.proplist.get("application.name") or stream.proplist.get("application.process.binary")
        if not name or name in seen:
            continue
        seen.add(name)
        yield Device(
            name=name,
            index=stream.index,
            kind="program",
            is_default=False,
            native_rate_hz=stream.rate_hz,
            native_channels=used_channels(stream.channel_count),
            host_api=HOST_API,
        )


def _silent() -> InputFailure:
    return InputFailure(
        f"the sound server does not answer within {_TIMEOUT_S:.0f} s",
        fix="restart it: systemctl --user restart pipewire-pulse (or pulseaudio)",
    )


def _unreachable(reason: str) -> InputFailure:
    """Return why the server cannot be reached, and what to do."""
    if "denied" in reason.lower():
        return InputFailure(
            f"the sound server refused access ({reason})",
            fix="permit it in the desktop's sound settings, or check ~/.config/pulse/cookie",
        )
    server = os.environ.get(SERVER_VARIABLE, "")
    if _REMOTE.match(server):
        return InputFailure(
            f"capture may not use a sound server on the network ({SERVER_VARIABLE}={server})",
            fix=f"unset {SERVER_VARIABLE}, or set it to the server's local socket: unix:/PATH",
        )
    return InputFailure(
        f"no sound server answers ({reason})",
        fix="start one: systemctl --user start pipewire-pulse (or pulseaudio --start)",
    )
