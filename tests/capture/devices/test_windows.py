"""Calls of PyAudioWPatch, as its documentation has them; it runs on Windows only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bus.failures import InputFailure, MachineFailure
from capture.devices import portaudio, windows
from capture.devices.stream import BLOCK_MS
from capture.source import Microphone, Monitor, Program

SPEAKERS = {
    "index": 14,
    "name": "Lautsprecher (Realtek(R) Audio) [Loopback]",
    "hostApi": 2,
    "maxInputChannels": 2,
    "maxOutputChannels": 0,
    "defaultSampleRate": 48000.0,
    "isLoopbackDevice": True,
}
HEADSET = {**SPEAKERS, "index": 15, "name": "Headset (Jabra) [Loopback]", "defaultSampleRate": 16000.0}


class Stream:
    """A stream of the library."""

    def __init__(self, callback: Callable[..., Any]) -> None:
        self.callback, self.is_open = callback, True

    def is_active(self) -> bool:
        return self.is_open

    def close(self) -> None:
        self.is_open = False


class Library(ModuleType):
    """The library, which records its calls."""

    paContinue, paInputOverflow, paFloat32 = 0, 2, 1  # noqa: N815

    def __init__(self) -> None:
        super().__init__("pyaudiowpatch")
        self.default: dict[str, Any] | None = HEADSET
        self.refuses = False
        self.managers = 0
        self.opened: list[dict[str, Any]] = []
        self.streams: list[Stream] = []

    def PyAudio(self) -> SimpleNamespace:  # noqa: N802  (the library's name)
        self.managers += 1
        return SimpleNamespace(
            get_default_wasapi_loopback=self._default_loopback,
            get_loopback_device_info_generator=lambda: iter([SPEAKERS, HEADSET]),
            open=self._open,
            terminate=self._terminate,
        )

    def _default_loopback(self) -> dict[str, Any]:
        if self.default is None:
            raise LookupError("No analogue is found")
        return self.default

    def _open(self, **arguments: Any) -> Stream:
        if self.refuses:
            raise OSError(-9996, "Invalid device")
        self.opened.append(arguments)
        self.streams.append(Stream(arguments["stream_callback"]))
        return self.streams[-1]

    def _terminate(self) -> None:
        self.managers -= 1


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    found = Library()
    monkeypatch.setitem(sys.modules, "pyaudiowpatch", found)
    monkeypatch.setattr(portaudio, "load", lambda: SimpleNamespace())
    monkeypatch.setattr(portaudio, "devices", lambda **_: [])
    yield found
    assert found.managers == 0, "each connection to the library is closed"


def test_the_default_output_is_captured(library: Library) -> None:
    audio = windows.WindowsAudio()
    device = audio.choose(Monitor())
    assert (device.label, device.native_rate_hz, device.kind) == ("Headset (Jabra)", 16_000, "monitor")
    stream = audio.open(device)
    (arguments,) = library.opened
    callback = arguments.pop("stream_callback")
    assert arguments == {
        "rate": 16_000, "channels": 2, "format": library.paFloat32, "input": True, "input_device_index": 15,
        "frames_per_buffer": 16_000 * BLOCK_MS // 1000,
    }  # fmt: skip
    block = np.tile(np.array([0.25, -0.25], np.float32), 320).tobytes()
    times = {"input_buffer_adc_time": 1.0, "current_time": 1.02, "output_buffer_dac_time": 0.0}
    assert callback(block, 320, times, library.paInputOverflow) == (None, library.paContinue)
    piece = stream.take()[-1][0]
    assert piece.frames.shape == (320, 2)
    assert piece.frames[0].tolist() == [0.25, -0.25]
    assert piece.overflowed
    library.streams[0].close()
    stream.take()
    assert stream.ended == "Windows closed it"
    stream.close()


def test_all_outputs_are_listed(library: Library) -> None:
    listed = windows.WindowsAudio().devices()
    assert [(each.label, each.is_default) for each in listed] == [
        ("Lautsprecher (Realtek(R) Audio)", False),
        ("Headset (Jabra)", True),
    ]


def test_what_is_missing_is_said(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = windows.WindowsAudio()
    library.default = None
    with pytest.raises(InputFailure, match="no output"):
        audio.choose(Monitor())
    with pytest.raises(InputFailure, match="no microphone"):
        audio.choose(Microphone())
    with pytest.raises(InputFailure, match="one program"):
        audio.choose(Program("Zoom"))
    library.refuses = True
    with pytest.raises(InputFailure, match="cannot be captured"):
        audio.open(audio.devices()[0])
    monkeypatch.setitem(sys.modules, "pyaudiowpatch", None)
    with pytest.raises(MachineFailure, match="PyAudioWPatch is missing"):
        audio.choose(Monitor())
