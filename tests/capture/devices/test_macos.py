"""Calls of catap, as its documentation has them; it runs on macOS only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bus.failures import InputFailure
from capture.devices import portaudio
from capture.devices.device import Device, NotPlaying
from capture.devices.macos import MacAudio
from capture.source import Monitor, Program

ZOOM = SimpleNamespace(name="zoom.us", pid=812, bundle_id="us.zoom.xos", is_outputting=True)
MUSIC = SimpleNamespace(name="Music", pid=99, bundle_id=None, is_outputting=False)
BLACKHOLE = Device("BlackHole 2ch", 4, "microphone", False, 48_000, 2, "Core Audio")


class Session:
    """A recording session of the library."""

    def __init__(self, of: Any, on_buffer: Callable[[Any], None]) -> None:
        self.of, self.on_buffer = of, on_buffer
        self.calls: list[str] = []
        self.refuses = False
        self.capture_failed = False
        self.stream_format = SimpleNamespace(
            sample_rate=44_100.0, num_channels=2, bits_per_sample=32, is_float=True
        )

    def start(self) -> None:
        self.calls.append("start")
        if self.refuses:
            raise OSError("permission")

    def close(self) -> None:
        self.calls.append("close")

    def deliver(self, level: float) -> None:
        data = np.full((441, 2), level, np.float32).tobytes()
        buffer = SimpleNamespace(data=data, frame_count=441, format=self.stream_format)
        thread = threading.Thread(target=self.on_buffer, args=(buffer,))
        thread.start()
        thread.join(5)
        assert not thread.is_alive()


class Library(ModuleType):
    """The library, which records its calls."""

    def __init__(self) -> None:
        super().__init__("catap")
        self.playing = [ZOOM, MUSIC]
        self.sessions: list[Session] = []
        self.refuses = False

    def list_audio_processes(self) -> list[Any]:
        return self.playing

    def find_process_by_pid(self, pid: int) -> Any:
        return next((each for each in self.playing if each.pid == pid), None)

    def record_process(self, process: Any, *, on_buffer: Callable[[Any], None]) -> Session:
        return self._session(process, on_buffer)

    def record_system_audio(self, *, on_buffer: Callable[[Any], None]) -> Session:
        return self._session("everything", on_buffer)

    def _session(self, of: Any, on_buffer: Callable[[Any], None]) -> Session:
        self.sessions.append(Session(of, on_buffer))
        self.sessions[-1].refuses = self.refuses
        return self.sessions[-1]


class Events(ModuleType):
    """Its module of events."""

    def __init__(self) -> None:
        super().__init__("catap.events")
        self.callbacks: list[Callable[[Any], None]] = []
        self.closed = 0
        self.watch_audio_devices = self.watch_default_output_device = self.watch_audio_processes = self._watch

    def _watch(self, callback: Callable[[Any], None]) -> SimpleNamespace:
        self.callbacks.append(callback)
        return SimpleNamespace(close=self._close)

    def _close(self) -> None:
        self.closed += 1


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    found = Events()
    monkeypatch.setitem(sys.modules, "catap.events", found)
    return found


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, events: Events) -> Library:
    found = Library()
    monkeypatch.setitem(sys.modules, "catap", found)
    monkeypatch.setattr(portaudio, "load", lambda: SimpleNamespace())
    monkeypatch.setattr(portaudio, "devices", lambda **_: [BLACKHOLE])
    return found


def test_what_the_computer_plays_is_tapped(library: Library) -> None:
    audio = MacAudio()
    stream = audio.open(audio.choose(Monitor()))
    (session,) = library.sessions
    assert (session.of, session.calls) == ("everything", ["start"])
    assert (stream.rate_hz, stream.device.native_channels) == (44_100, 2)
    session.deliver(0.5)
    piece = stream.take()[-1][0]
    assert piece.frames.shape == (441, 2)
    assert (piece.frames == 0.5).all()
    session.capture_failed = True
    stream.take()
    assert stream.ended == "macOS closed it"
    stream.close()
    session.deliver(0.5)
    assert session.calls == ["start", "close"]


def test_one_program_is_tapped_while_it_plays(library: Library) -> None:
    audio = MacAudio()
    device = audio.choose(Program("zoom"))
    assert (device.label, device.name) == ("zoom.us", "us.zoom.xos")
    audio.open(device).close()
    assert library.sessions[0].of is ZOOM
    with pytest.raises(NotPlaying):
        audio.choose(Program("Music"))
    library.playing = []
    with pytest.raises(NotPlaying):
        audio.open(device)


def test_a_refused_tap_says_where_to_allow_it(library: Library) -> None:
    library.refuses = True
    audio = MacAudio()
    with pytest.raises(InputFailure, match="Privacy & Security"):
        audio.open(audio.choose(Monitor()))
    assert library.sessions[0].calls == ["start", "close"]


def test_changes_are_reported_once(library: Library, events: Events) -> None:
    audio = MacAudio()
    assert not audio.changed()
    events.callbacks[0](None)
    assert audio.changed()
    assert not audio.changed()
    audio.close()
    assert events.closed == 3


def test_an_older_macos_needs_a_driver(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "catap", None)
    audio = MacAudio()
    assert audio.choose(Monitor()).name == "BlackHole 2ch"
    with pytest.raises(InputFailure, match=r"14\.2"):
        audio.choose(Program("Zoom"))
    monkeypatch.setattr(portaudio, "devices", lambda **_: [])
    with pytest.raises(InputFailure, match="BlackHole"):
        audio.choose(Monitor())
