"""Audio system of macOS: microphones through PortAudio, what is played through Core Audio taps.

Not yet run on real hardware: written against the documented interface of catap 0.6, which needs macOS 14.2.
On an older macOS, a driver that looks like a microphone is looked for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import threading
import time
from types import ModuleType
from typing import Any

import numpy as np

from bus.failures import InputFailure
from capture.devices.device import Device, NotPlaying, matching_device
from capture.devices.output_stream import OutputStream
from capture.devices.portaudio_system import PortAudioSystem
from capture.devices.system import CaptureStream
from capture.source import Live, Monitor, Program

_TAP = "Core Audio tap"
_EVERYTHING = "what the computer plays"
_DRIVERS = ("BlackHole", "Loopback", "Soundflower", "VB-Cable", "Background Music")
_USUAL_RATE_HZ = 48_000
_NO_PERMISSION = "allow it in System Settings, Privacy & Security, Screen & System Audio Recording"


class MacAudio(PortAudioSystem):
    """Microphones, the output, and the programs that play."""

    def __init__(self) -> None:
        super().__init__()
        self._catap = _load()
        self._changed = threading.Event()
        self._watches: list[Any] = []
        if self._catap is not None:
            events = importlib.import_module("catap.events")
            watches = (
                events.watch_audio_devices,
                events.watch_default_output_device,
                events.watch_audio_processes,
            )
            self._watches = [watch(lambda _: self._changed.set()) for watch in watches]

    def devices(self) -> list[Device]:
        """Return every device that can be captured, microphones first; then the programs that play."""
        if self._catap is None:
            return super().devices()
        programs = [
            _device(process.name, process.pid, process.bundle_id or "")
            for process in self._catap.list_audio_processes()
            if process.is_outputting
        ]
        return [*super().devices(), _output(), *programs]

    def choose(self, source: Live) -> Device:
        """Return the device that `source` means now.

        Raises:
            NotPlaying: The program plays nothing now.
            InputFailure: There is no such device, or there are several.
        """
        if isinstance(source, Monitor):
            return _output() if self._catap is not None else self._driver()
        if not isinstance(source, Program):
            return super().choose(source)
        if self._catap is None:
            raise InputFailure(
                "the sound of one program can be captured from macOS 14.2 on", fix="use monitor"
            )
        programs = [device for device in self.devices() if device.kind == "program"]
        if not any(source.wanted.casefold() in each.label.casefold() for each in programs):
            raise NotPlaying(f"{source.wanted} plays nothing now")
        return matching_device(source.wanted, programs)

    def open(self, device: Device) -> CaptureStream:
        """Open a device.

        Raises:
            InputFailure: It cannot be opened.
        """
        if device.host_api != _TAP or self._catap is None:
            return super().open(device)
        return TapStream(device, self._catap)

    def changed(self) -> bool:
        """Return whether Core Audio reported a change, or a few seconds have passed."""
        reported = self._changed.is_set()
        self._changed.clear()
        return super().changed() or reported

    def close(self) -> None:
        """Stop watching for changes."""
        for watch in self._watches:
            watch.close()
        super().close()

    def _driver(self) -> Device:
        """Return a driver that plays and captures, as an older macOS needs one.

        Raises:
            InputFailure: None is installed.
        """
        for device in super().devices():
            if any(driver.casefold() in device.name.casefold() for driver in _DRIVERS):
                return dataclasses.replace(device, kind="monitor")
        raise InputFailure(
            "what the computer plays can be captured from macOS 14.2 on, or with a driver",
            fix="install BlackHole and make it part of the output, in Audio MIDI Setup",
        )


class TapStream(OutputStream):
    """Captures what all programs play, or one of them.

    Args:
        device: The output or a program, whose index is its process number.
        catap: The library.

    Raises:
        InputFailure: It cannot be captured.
    """

    def __init__(self, device: Device, catap: ModuleType) -> None:
        self._opened, self._accepts = threading.Event(), False
        self._session: Any = None
        try:
            if device.kind == "program":
                process = catap.find_process_by_pid(device.index)
                if process is None:
                    raise NotPlaying(f"{device.label} plays nothing now")
                self._session = catap.record_process(process, on_buffer=self._on_buffer)
            else:
                self._session = catap.record_system_audio(on_buffer=self._on_buffer)
            self._session.start()
        except (OSError, RuntimeError, ValueError, LookupError) as error:
            self._close_session()
            raise InputFailure(f"{device.label} cannot be captured ({error})", fix=_NO_PERMISSION) from error
        form = self._session.stream_format
        if form is None or not form.is_float or form.bits_per_sample != 32:
            self._close_session()
            raise InputFailure(f"{device.label} has no 32-bit float samples", fix="choose another output")
        super().__init__(
            dataclasses.replace(
                device, native_rate_hz=round(form.sample_rate), native_channels=form.num_channels
            )
        )
        self._accepts = True
        self._opened.set()

    def take(self) -> list[Any]:
        """Return the pieces since the last call, with silence between them."""
        if not self.ended and self._session.capture_failed:
            self.ended = "macOS closed it"
        return super().take()

    def close(self) -> None:
        """Remove the tap; frames that were not taken are dropped."""
        self._accepts = False
        self._close_session()

    def _close_session(self) -> None:
        self._opened.set()  # closing waits for the callback
        if self._session is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._session.close()

    def _on_buffer(self, buffer: Any) -> None:
        """Take a buffer, on a thread of the library that may wait."""
        self._opened.wait()
        if self._accepts:
            frames = np.frombuffer(buffer.data, np.float32).reshape(buffer.frame_count, -1)
            self._put(frames, time.monotonic(), overflowed=False)


def _output() -> Device:
    return Device(
        name=_EVERYTHING,
        index=-1,
        kind="monitor",
        is_default=True,
        native_rate_hz=_USUAL_RATE_HZ,
        native_channels=2,
        host_api=_TAP,
    )


def _device(name: str, process: int, bundle: str) -> Device:
    return Device(
        name=bundle or name,
        index=process,
        kind="program",
        is_default=False,
        native_rate_hz=_USUAL_RATE_HZ,
        native_channels=2,
        host_api=_TAP,
        description=name if bundle else "",
    )


def _load() -> ModuleType | None:
    """Return catap; None before macOS 14.2."""
    try:
        return importlib.import_module("catap")
    except ImportError:
        return None
