"""An unplugged microphone on PulseAudio and PipeWire: told at once, and nothing takes its place."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from bus.messages import AudioLost, ProblemReported, StageReady
from bus.ring.reader import AudioRing
from bus.run import Run
from tests.support.audio_matching import everything, find, noise
from tests.support.audio_session import AudioSession
from tests.support.desktop import root_desktop
from tests.support.pulse_server import PulseServer
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]


@dataclass
class Computer:
    """A sound server with an output "speakers" and a microphone "yeti", which hears an output "room"."""

    environment: dict[str, str]
    place: Path
    speakers: str

    def pactl(self, *words: str) -> str:
        """Return pactl's output."""
        asked = subprocess.run(
            ["pactl", *words], env=self.environment, capture_output=True, text=True, timeout=10, check=True
        )
        return asked.stdout.strip()

    def plug(self, name: str = "yeti") -> str:
        """Plug a microphone in; return its number."""
        properties = f"source_properties=device.description={name.title()}"
        number = self.pactl(
            "load-module", "module-remap-source", "master=room.monitor", f"source_name={name}", properties
        )
        wait_until(lambda: f"\t{name}\t" in self.pactl("list", "short", "sources"))
        return number

    def play(self, sink: str, seconds: float, seed: int = 11) -> subprocess.Popen[bytes]:
        """Play noise."""
        path = self.place / f"{sink}-{seed}.wav"
        soundfile.write(path, noise(seconds, seed), SAMPLE_RATE)
        return subprocess.Popen(["paplay", f"--device={sink}", str(path)], env=self.environment)

    def recorded(self) -> dict[str, str]:
        """Return the numbers of Cuecard's streams by the names of their sources."""
        names = dict(line.split("\t")[:2] for line in self.pactl("list", "short", "sources").splitlines())
        found = {}
        for block in self.pactl("list", "source-outputs").split("Source Output #")[1:]:
            if 'application.name = "Cuecard"' in block:
                number = block.split("\n\tSource: ")[1].split("\n")[0]
                found[names.get(number, number)] = block.split("\n")[0]
        return found


@pytest.fixture(params=["pulseaudio", "pipewire"])
def computer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computer]:
    if request.param == "pulseaudio":
        server: PulseServer = request.getfixturevalue("sound_server")
        found = Computer({**os.environ, **server.environment}, tmp_path_factory.mktemp("p"), "call")
        yield _with_room(found)
        return
    with root_desktop(tmp_path_factory.mktemp("d")) as desktop:
        desktop.start_pipewire()
        desktop.wait_for_sound()
        yield _with_room(Computer(desktop.environment, desktop.home, "speakers"))


def _with_room(computer: Computer) -> Computer:
    computer.pactl("load-module", "module-null-sink", "sink_name=room", "rate=48000", "norewinds=1")
    wait_until(lambda: "\troom.monitor\t" in computer.pactl("list", "short", "sources"))
    return computer


@pytest.fixture
def capture(
    make_run: MakeRun, start_stage: StartStage, computer: Computer
) -> Callable[[str], tuple[AudioSession, AudioRing]]:
    """Return a function that captures a source called "mic"."""
    names = ("XDG_RUNTIME_DIR", "HOME", "PULSE_SERVER", "PULSE_RUNTIME_PATH", "PULSE_COOKIE")
    environment = {name: computer.environment[name] for name in names if name in computer.environment}

    def begin(spec: str) -> tuple[AudioSession, AudioRing]:
        session = AudioSession(make_run, start_stage, {"mic": spec}, environment=environment)
        session.start("capture", "mic")
        wait_until(lambda: any(e.stage == "capture:mic" for e in session.received(StageReady)), timeout_s=20)
        return session, AudioRing.attach(session.run.ring_address("mic"))

    return begin


Capture = Callable[[str], tuple[AudioSession, AudioRing]]


def _problem(session: AudioSession, *, is_over: bool) -> ProblemReported | None:
    found = [each for each in session.received(ProblemReported) if each.topic == "device"]
    return found[-1] if found and found[-1].is_over == is_over else None


def test_the_call_is_never_captured_as_the_microphone(capture: Capture, computer: Computer) -> None:
    module = computer.plug()
    session, ring = capture("device:yeti")
    with session, ring:
        playing = computer.play(computer.speakers, 12.0, seed=5)
        wait_until(lambda: ring.written_sample > SAMPLE_RATE // 2)
        unplugged_s = time.monotonic()
        computer.pactl("unload-module", module)
        problem = wait_until(lambda: _problem(session, is_over=False))
        assert time.monotonic() - unplugged_s < 1.5
        assert "mic: Yeti went away" in problem.problem
        assert "not used" in problem.problem
        away = ring.written_sample
        wait_until(lambda: ring.written_sample > away + SAMPLE_RATE)
        assert not np.any(everything(ring)), "the other party is not the user"
        computer.plug()
        plugged_s = time.monotonic()
        wait_until(lambda: _problem(session, is_over=True))
        assert time.monotonic() - plugged_s < 2
        playing.kill()
        playing.wait()
        (lost,) = session.received(AudioLost)
        assert lost.stop_sample - lost.start_sample > SAMPLE_RATE
        assert computer.play("room", 1.0).wait(timeout=20) == 0
        stop = ring.written_sample
        wait_until(lambda: ring.written_sample > stop + SAMPLE_RATE // 2)
        assert find(noise(1.0), ring.read(lost.stop_sample, ring.written_sample)).alike > 0.95


def test_default_that_is_unplugged_falls_back_to_another_microphone(
    capture: Capture, computer: Computer
) -> None:
    computer.plug("spare")
    module = computer.plug()
    computer.pactl("set-default-source", "yeti")
    session, ring = capture("default")
    with session, ring:
        assert list(computer.recorded()) == ["yeti"]
        computer.pactl("unload-module", module)
        (told,) = session.wait_for(ProblemReported)
        (now,) = wait_until(computer.recorded)
        assert not now.endswith(".monitor")
        assert "is captured from" in told.problem


def test_microphone_that_the_user_picks_in_the_mixer_is_followed(
    capture: Capture, computer: Computer
) -> None:
    computer.plug("spare")
    computer.plug()
    session, ring = capture("device:yeti")
    with session, ring:
        computer.pactl("move-source-output", computer.recorded()["yeti"], "spare")
        (told,) = session.wait_for(ProblemReported)
        assert told.problem == "mic is captured from Spare now"
        wait_until(lambda: list(computer.recorded()) == ["spare"])
        before = ring.written_sample
        wait_until(lambda: ring.written_sample > before + SAMPLE_RATE // 2)
        assert list(computer.recorded()) == ["spare"]


def test_move_to_a_monitor_is_refused(capture: Capture, computer: Computer) -> None:
    computer.plug()
    session, ring = capture("device:yeti")
    with session, ring:
        playing = computer.play(computer.speakers, 12.0, seed=5)
        computer.pactl("move-source-output", computer.recorded()["yeti"], f"{computer.speakers}.monitor")
        wait_until(lambda: list(computer.recorded()) == ["yeti"])
        before = ring.written_sample
        wait_until(lambda: ring.written_sample > before + SAMPLE_RATE)
        assert not np.any(everything(ring))
        playing.kill()
        playing.wait()
