"""A device that can be captured, and the choice of one by its name."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bus.failures import InputFailure

SEE_DEVICES = "see `cuecard devices`"
_MANY_CHANNELS = 8  # a device that lists more accepts any number; two are used


class NotPlaying(InputFailure):
    """The program plays nothing now; it is captured as soon as it does."""


@dataclass(frozen=True)
class Device:
    """A device that can be captured, or a program whose sound can be."""

    name: str
    """The system's stable name, by which a choice is remembered: "alsa_input.usb-Blue_Yeti-00.mono"."""
    index: int
    """Number by which the system opens it; valid only until devices change."""
    kind: Literal["microphone", "monitor", "program"]
    """A monitor captures what the computer plays; a program is one that plays."""
    is_default: bool
    native_rate_hz: int
    native_channels: int
    host_api: str
    """"PulseAudio", "ALSA", "Core Audio", "Windows WASAPI", …"""
    description: str = ""
    """The name that desktops show, where it differs."""

    @property
    def label(self) -> str:
        """Its description, else its name."""
        return self.description or self.name


def matching_device(wanted: str, devices: Sequence[Device]) -> Device:
    """Return the device with this number, name or description, or the only one that contains it. Pure.

    Raises:
        InputFailure: No device matches, or several do.
    """
    matching = matching_devices(wanted, devices)
    if len(matching) == 1:
        return matching[0]
    if matching:
        several = ", ".join(_both_names(device) for device in matching)
        raise InputFailure(f"{wanted!r} matches several devices: {several}", fix="write more of the name")
    names = list({name: None for device in devices for name in (device.label, device.name)})
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
    fix = f"did you mean {' or '.join(repr(name) for name in near)}? {SEE_DEVICES}" if near else SEE_DEVICES
    raise InputFailure(f"there is no device {wanted!r}", fix=fix)


def matching_devices(wanted: str, devices: Sequence[Device]) -> list[Device]:
    """Return the devices that best match a number, a name, a description, or a part of them. Pure."""
    if wanted.isdecimal():
        return [
            device for device in devices if device.index == int(wanted) and device.host_api != "PulseAudio"
        ]
    folded = _folded(wanted)
    matching = [device for device in devices if device.name == wanted][:1]
    matching = matching or [device for device in devices if _folded(device.label) == folded]
    matching = matching or [device for device in devices if folded in _folded(device.name)]
    return matching or [device for device in devices if folded in _folded(device.description)]


def used_channels(most: int) -> int:
    """Return how many channels to open of a device that has at most this many."""
    return most if most <= _MANY_CHANNELS else 2


def _folded(name: str) -> str:
    """Return a name for comparison: NFC, without case or surrounding spaces."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def _both_names(device: Device) -> str:
    return f"{device.description!r} ({device.name})" if device.description else repr(device.name)
