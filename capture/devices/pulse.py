"""Connection to PulseAudio or PipeWire: lists its sources and programs, and reports that they changed.

The computer's audio output is such a source: the monitor of a sink.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import re
import select
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from bus.failures import InputFailure, MachineFailure
from capture.devices import libpulse
from capture.devices.device import Device, used_channels

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
            except _errors():
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
        pulsectl = _pulsectl()
        if self._connection is None:
            self._connect()
        self._deadline_s = time.monotonic() + _TIMEOUT_S
        try:
            answer = request(self._connection)
            if not self._connection.connected:
                raise pulsectl.PulseDisconnected
        except _errors() as error:
            is_late = time.monotonic() >= self._deadline_s
            self.close()
            raise _silent() if is_late else _unreachable("Connection terminated") from error
        return answer

    def _connect(self) -> None:
        pulsectl = _pulsectl()
        connection = pulsectl.Pulse(_NAME, connect=False)
        connection.set_poll_func(self._poll, lambda *_: None)
        self._deadline_s = time.monotonic() + _TIMEOUT_S
        try:
            connection.connect(autospawn=False)
            connection.event_mask_set("source", "server", "sink_input")
            connection.event_callback_set(self._note)
        except _errors() as error:
            is_late = time.monotonic() >= self._deadline_s
            reason = _reason(pulsectl, connection)
            with contextlib.suppress(Exception):
                connection.close()
            raise _silent() if is_late else _unreachable(reason) from error
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


def load() -> None:
    """Load the libraries; without them, there is no sound server."""
    with contextlib.suppress(MachineFailure):
        _pulsectl()


@lru_cache(maxsize=1)
def _pulsectl() -> Any:
    libpulse.load()  # raises where pulsectl would not say which library is missing
    with _without_library_search():
        import pulsectl
    for info in (pulsectl.PulseSourceInfo, pulsectl.PulseSinkInputInfo):
        info._init_from_struct = _copy_rate
    return pulsectl


@contextlib.contextmanager
def _without_library_search() -> Iterator[None]:
    """Keep ctypes from starting compilers to find a library; pulsectl takes libpulse.so.0 then."""
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _copy_rate(info: Any, struct: Any) -> None:
    """Copy what pulsectl 24.12 only refers to: the memory of `sample_spec` is freed after the callback."""
    info.rate_hz = struct.sample_spec.rate


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


def _errors() -> tuple[type[Exception], ...]:
    pulsectl = _pulsectl()
    return pulsectl.PulseError, pulsectl.PulseDisconnected, pulsectl._pulsectl.LibPulse.CallError


def _reason(pulsectl: Any, connection: Any) -> str:
    library = pulsectl._pulsectl.pa
    return str(library.strerror(library.context_errno(connection._ctx)))


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
