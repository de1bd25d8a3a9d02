"""Sound servers for the tests that need one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from bus.messages import StageReady
from bus.ring.reader import AudioRing
from bus.run import Run
from tests.support.audio_session import AudioSession
from tests.support.desktop import need
from tests.support.pulse_server import PulseServer, missing_programs, pulse_server
from tests.support.sound_computer import Computer, sound_computer
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseServer]:
    """Return a private PulseAudio."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    with pulse_server(tmp_path_factory.mktemp("pa")) as server:
        yield server


@pytest.fixture(params=["pulseaudio", "pipewire"])
def computer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computer]:
    """Return a computer with each of the sound servers."""
    need("pulseaudio", "pactl", "paplay")
    if request.param == "pipewire":
        need("pipewire", "wireplumber", "pipewire-pulse", "dbus-daemon")
    with sound_computer(request.param, tmp_path_factory.mktemp("s")) as running:
        yield running


Capture = Callable[[str], tuple[AudioSession, AudioRing]]


@pytest.fixture
def capture(make_run: MakeRun, start_stage: StartStage, computer: Computer) -> Capture:
    """Return a function that captures a source called "mic"."""

    def begin(spec: str) -> tuple[AudioSession, AudioRing]:
        session = AudioSession(make_run, start_stage, {"mic": spec}, environment=computer.for_stages)
        session.start("capture", "mic")
        wait_until(lambda: any(e.stage == "capture:mic" for e in session.received(StageReady)), timeout_s=20)
        return session, AudioRing.attach(session.run.ring_address("mic"))

    return begin
