"""Devices that can be captured, and the choice of one for a source."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import numpy as np

from bus.failures import InputFailure
from capture.devices import portaudio, pulse
from capture.processing.level import level
from capture.source import Live, Microphone, Monitor

_PULSE = "pulse"
_THROUGH_PULSE = frozenset({_PULSE, "default", "pipewire"})  # ALSA's devices for the sound server's sources
_MANY_CHANNELS = 8  # a device that lists more accepts any number; two are used
_DEFAULT_CHOSEN_WITHIN_S = 3.0
_SEE_DEVICES = "see `cuecard devices`"


@dataclass(frozen=True)
class Device:
    """A device that can be captured."""

    name: str
    index: int
    """Number of the PortAudio device to open."""
    kind: Literal["microphone", "monitor"]
    """A monitor captures what the computer plays."""
    is_default: bool
    native_rate_hz: int
    native_channels: int
    host_api: str
    """"PulseAudio", "ALSA", "Core Audio", "Windows WASAPI", …"""
    pulse_source: str = ""
    """Its name in PulseAudio or PipeWire; empty for other devices."""
    description: str = ""
    """The name that desktops show, where it differs."""

    @property
    def label(self) -> str:
        """Its description, else its name."""
        return self.description or self.name


def list_devices() -> list[Device]:
    """Return every device that can be captured, microphones first.

    Raises:
        MachineFailure: PortAudio is missing.
    """
    found = _portaudio_devices(portaudio.load())
    served = _pulse_devices(found)
    if served:
        found = served + [device for device in found if device.name not in _THROUGH_PULSE]
    return sorted(found, key=lambda device: (device.kind, not device.is_default))


def choose(source: Live) -> Device:
    """Return the device for `source`.

    Raises:
        InputFailure: No device matches, or several do.
        MachineFailure: PortAudio is missing.
    """
    if isinstance(source, Microphone):
        return _default_microphone()
    if isinstance(source, Monitor):
        return _default_monitor()
    listed = list_devices()
    known = listed + [device for device in _portaudio_devices(portaudio.load()) if device not in listed]
    return matching_device(source.wanted, known)


def matching_device(wanted: str, devices: Sequence[Device]) -> Device:
    """Return the device with this number, name or description, or the only one that contains it. Pure.

    Raises:
        InputFailure: No device matches, or several do.
    """
    if wanted.isdecimal():
        matching = [device for device in devices if device.index == int(wanted) and not device.pulse_source]
    else:
        matching = [device for device in devices if device.name == wanted][:1]
        matching = matching or [device for device in devices if _folded(device.label) == _folded(wanted)]
        matching = matching or [device for device in devices if _folded(wanted) in _folded(device.name)]
        matching = matching or [
            device for device in devices if _folded(wanted) in _folded(device.description)
        ]
    if len(matching) == 1:
        return matching[0]
    if matching:
        several = ", ".join(_both_names(device) for device in matching)
        raise InputFailure(f"{wanted!r} matches several devices: {several}", fix="write more of the name")
    names = list({name: None for device in devices for name in (device.label, device.name)})
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
    fix = f"did you mean {' or '.join(repr(name) for name in near)}? {_SEE_DEVICES}" if near else _SEE_DEVICES
    raise InputFailure(f"there is no device {wanted!r}", fix=fix)


def _folded(name: str) -> str:
    """Return a name for comparison: NFC, without case or surrounding spaces."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def _both_names(device: Device) -> str:
    return f"{device.description!r} ({device.name})" if device.description else repr(device.name)


def measure_level(device: Device, seconds: float) -> float | None:
    """Return the level of a device in dBFS; None when it cannot be opened."""
    module = portaudio.load()
    recorded: list[Any] = []
    try:
        with portaudio.stderr_silenced(), opened_source(device):
            stream = module.InputStream(
                device=device.index,
                samplerate=device.native_rate_hz,
                channels=device.native_channels,
                dtype="float32",
                callback=lambda frames, *_: recorded.append(frames.copy()),
            )
            with stream:
                module.sleep(round(seconds * 1000))
    except module.PortAudioError:
        return None
    if not recorded:
        return None
    mono = np.nan_to_num(np.concatenate(recorded).mean(axis=1))
    return level(np.clip(mono * 32768.0, -32768, 32767).astype(np.int16))[0]


@contextlib.contextmanager
def opened_source(device: Device) -> Iterator[None]:
    """Make a stream that is opened meanwhile use the device's source of the sound server."""
    before = os.environ.get(pulse.SOURCE_VARIABLE)
    if device.pulse_source:
        os.environ[pulse.SOURCE_VARIABLE] = device.pulse_source
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(pulse.SOURCE_VARIABLE, None)
        else:
            os.environ[pulse.SOURCE_VARIABLE] = before


def _portaudio_devices(module: ModuleType) -> list[Device]:
    apis = module.query_hostapis()
    default = module.default.device[0]
    return [
        Device(
            name=found["name"],
            index=index,
            kind="microphone",
            is_default=index == default,
            native_rate_hz=round(found["default_samplerate"]),
            native_channels=_channels(found["max_input_channels"]),
            host_api=apis[found["hostapi"]]["name"],
        )
        for index, found in enumerate(module.query_devices())
        if found["max_input_channels"] > 0
    ]


def _channels(most: int) -> int:
    return most if most <= _MANY_CHANNELS else 2


def _pulse_devices(known: Sequence[Device]) -> list[Device]:
    """Return the sound server's sources, if PortAudio can open them."""
    pulse_index = [device.index for device in known if device.name == _PULSE]
    if not pulse_index or sys.platform != "linux":
        return []
    try:
        default = pulse.default_source()
        return [_pulse_device(source, pulse_index[0], default) for source in pulse.sources()]
    except InputFailure:  # without a server, only ALSA's devices exist
        return []


def _pulse_device(source: pulse.PulseSource, index: int, default: str) -> Device:
    return Device(
        name=source.name,
        index=index,
        kind="monitor" if source.is_monitor else "microphone",
        is_default=source.name == default,
        native_rate_hz=source.rate_hz,
        native_channels=_channels(source.channels),
        host_api="PulseAudio",
        pulse_source=source.name,
        description=source.description if source.description != source.name else "",
    )


def _default_microphone() -> Device:
    found = _portaudio_devices(portaudio.load())
    default = [device for device in found if device.is_default]
    if not default:
        raise _no_microphone()
    served = [device for device in _pulse_devices(found) if device.is_default]
    if not served or default[0].name not in _THROUGH_PULSE:
        return default[0]
    if served[0].kind == "monitor":
        raise InputFailure(
            f"there is no microphone: the default input, {served[0].label}, is a monitor of the output",
            fix="choose a microphone in the sound settings; to capture the output, use monitor",
        )
    # Without a source name, the server moves the stream when the user chooses another default.
    return Device(
        name=served[0].name,
        index=served[0].index,
        kind="microphone",
        is_default=True,
        native_rate_hz=served[0].native_rate_hz,
        native_channels=served[0].native_channels,
        host_api=served[0].host_api,
        description=served[0].description,
    )


def _no_microphone() -> InputFailure:
    """Return the reason: on Linux, an unreachable sound server hides every microphone."""
    if sys.platform == "linux":
        try:
            pulse.sources()
        except InputFailure as failure:
            return InputFailure(f"there is no microphone, and {failure.problem}", fix=failure.fix)
    return InputFailure("there is no microphone", fix=f"plug one in, and {_SEE_DEVICES}")


def _default_monitor() -> Device:
    if sys.platform == "win32":
        raise InputFailure(
            "audio output cannot be captured on Windows yet (PortAudio has no loopback)",
            fix="enable 'Stereo Mix' in the sound settings and use device:Stereo Mix",
        )
    if sys.platform == "darwin":
        raise InputFailure(
            "macOS has no built-in way to capture audio output",
            fix="install a loopback driver such as BlackHole and use device:BlackHole",
        )
    monitor = pulse.default_monitor(_DEFAULT_CHOSEN_WITHIN_S)
    pulse_index = [device.index for device in _portaudio_devices(portaudio.load()) if device.name == _PULSE]
    if not pulse_index:
        raise InputFailure(
            "PortAudio cannot reach the sound server (ALSA's pulse device is missing)",
            fix="sudo apt install libasound2-plugins",
        )
    return _pulse_device(monitor, pulse_index[0], default="")
