"""The one door to PortAudio: loads it when it is first needed, and keeps its chatter off the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType

from bus.failures import MachineFailure

_STDERR = 2


def load() -> ModuleType:
    """Return `sounddevice`, with PortAudio initialised.

    Raises:
        MachineFailure: There is no PortAudio on this machine, or it cannot be initialised.
    """
    with quiet():
        return _load()


def rescan() -> ModuleType:
    """Let PortAudio look for devices again; it knows only those it saw when it was initialised.

    No stream may be open.

    Raises:
        MachineFailure: It cannot be initialised again.
    """
    module = load()
    with quiet():
        try:
            module._terminate()
            module._initialize()
        except module.PortAudioError as error:
            raise MachineFailure(f"PortAudio cannot look for devices ({error})") from error
    return module


def hush() -> None:
    """Keep C libraries off standard error for good: PortAudio's own thread prints when a device goes away.

    What this program prints there still appears.
    """
    sys.stderr = os.fdopen(os.dup(_STDERR), "w", buffering=1, encoding="utf-8", errors="replace")
    _point_at_nothing()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what C libraries print on standard error from the terminal; ALSA tells of every try."""
    with contextlib.suppress(ValueError, OSError, AttributeError):
        sys.stderr.flush()
    kept = os.dup(_STDERR)
    try:
        _point_at_nothing()
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)


def _point_at_nothing() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)


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
    except Exception as error:  # sounddevice initialises PortAudio as it is imported
        raise MachineFailure(f"PortAudio cannot be used ({error})", fix="try `cuecard doctor`") from error
    module: ModuleType = sounddevice
    return module
