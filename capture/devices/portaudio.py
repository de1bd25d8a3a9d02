"""Loads PortAudio when it is first used, and keeps its output off the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType

from bus.failures import MachineFailure
from capture.devices.device import Device, used_channels

_STDERR = 2


def load() -> ModuleType:
    """Return `sounddevice`, with PortAudio initialised.

    Raises:
        MachineFailure: PortAudio is missing, or cannot be initialised.
    """
    with stderr_silenced():
        return _load()


def devices(*, rescan: bool, host_api: str = "") -> list[Device]:
    """Return the devices of PortAudio that can be captured.

    Args:
        rescan: Look for devices again, which closes every stream.
        host_api: The only interface whose devices count, with its own default; empty for all.

    Raises:
        MachineFailure: PortAudio is missing.
    """
    module = _rescanned() if rescan else load()
    apis = module.query_hostapis()
    only = next((api for api in apis if api["name"] == host_api), None)
    default = only["default_input_device"] if only else module.default.device[0]
    return [
        Device(
            name=found["name"],
            index=index,
            kind="microphone",
            is_default=index == default,
            native_rate_hz=round(found["default_samplerate"]),
            native_channels=used_channels(found["max_input_channels"]),
            host_api=apis[found["hostapi"]]["name"],
        )
        for index, found in enumerate(module.query_devices())
        if found["max_input_channels"] > 0 and (not host_api or apis[found["hostapi"]] is only)
    ]


def _rescanned() -> ModuleType:
    """Initialise PortAudio again, because it lists devices only then.

    Raises:
        MachineFailure: That failed.
    """
    module = load()
    with stderr_silenced():
        try:
            module._terminate()
            module._initialize()
        except module.PortAudioError as error:
            raise MachineFailure(f"PortAudio cannot list devices ({error})") from error
    return module


def silence_stderr() -> None:
    """Discard what C libraries print to standard error: PortAudio's thread does when a device goes away.

    What Python prints there still appears.
    """
    sys.stderr = os.fdopen(os.dup(_STDERR), "w", buffering=1, encoding="utf-8", errors="replace")
    _redirect_to_null()


@contextlib.contextmanager
def stderr_silenced() -> Iterator[None]:
    """Discard what C libraries print to standard error meanwhile; ALSA prints every attempt."""
    with contextlib.suppress(ValueError, OSError, AttributeError):
        sys.stderr.flush()
    saved = os.dup(_STDERR)
    try:
        _redirect_to_null()
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)


def _redirect_to_null() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, _STDERR)
    os.close(null)


@lru_cache(maxsize=1)
def _load() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:
        raise MachineFailure(
            "the audio library PortAudio is missing",
            kept="recordings can be played without it",
            fix="sudo apt install libportaudio2",
        ) from error
    except Exception as error:  # importing sounddevice initialises PortAudio
        raise MachineFailure(f"PortAudio cannot be used ({error})", fix="try `cuecard doctor`") from error
    module: ModuleType = sounddevice
    return module
