"""Device changes with a real sound server: lost, back, replaced, stalled, refused."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bus.audio import SAMPLE_RATE
from bus.messages import AudioLost, CaptureStarted, LevelAlarmed, ProblemReported, StageReady
from bus.ring.reader import AudioRing
from bus.run import Run
from tests.support.audio_matching import everything, find, noise, play_into
from tests.support.audio_session import AudioSession
from tests.support.pulse_server import MICROPHONE, SINK, PulseServer
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def apply(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> Callable[[str], tuple[AudioSession, AudioRing]]:
    """Return a function that captures a source, and returns the session and the ring."""

    def begin(spec: str) -> tuple[AudioSession, AudioRing]:
        hearing = AudioSession(make_run, start_stage, {"call": spec}, environment=sound_server.environment)
        hearing.start("capture", "call")
        wait_until(lambda: any(e.stage == "capture:call" for e in hearing.received(StageReady)), timeout_s=20)
        return hearing, AudioRing.attach(hearing.run.ring_address("call"))

    return begin


Hear = Callable[[str], tuple[AudioSession, AudioRing]]


def _recorded(server: PulseServer) -> set[str]:
    """Return the names of the sources that Cuecard records."""
    names = dict(line.split("\t")[:2] for line in server.pactl("list", "short", "sources").splitlines())
    outputs = (line.split("\t") for line in server.pactl("list", "short", "source-outputs").splitlines())
    return {names[fields[1]] for fields in outputs if fields[2] != "-"}


def _heard_alike(server: PulseServer, sink: str, ring: AudioRing, place: Path) -> float:
    """Play into a sink, and return the correlation with the captured audio."""
    played = noise(1.0)
    assert play_into(server, sink, played, place).wait(timeout=20) == 0
    stop_sample = ring.written_sample
    wait_until(lambda: ring.written_sample > stop_sample + SAMPLE_RATE // 2)
    return find(played, everything(ring)).alike


def test_an_output_that_returns_is_captured_again(
    apply: Hear, sound_server: PulseServer, tmp_path: Path
) -> None:
    hearing, ring = apply("monitor")
    with hearing, ring:
        wait_until(lambda: ring.written_sample > SAMPLE_RATE)
        sound_server.pactl("unload-module", "module-null-sink")
        (problem,) = hearing.wait_for(ProblemReported)
        assert "went away" in problem.problem
        sound_server.pactl("load-module", "module-null-sink", f"sink_name={SINK}", "norewinds=1")
        (lost,) = hearing.wait_for(AudioLost)
        assert lost.cause == "the device was away"
        assert _heard_alike(sound_server, SINK, ring, tmp_path) > 0.95
        assert len(hearing.received(CaptureStarted)) == 1, "the clock is the old one"


def test_another_default_output_is_followed(apply: Hear, sound_server: PulseServer, tmp_path: Path) -> None:
    hearing, ring = apply("monitor")
    with hearing, ring:
        sound_server.pactl("load-module", "module-null-sink", "sink_name=headphones", "norewinds=1")
        sound_server.pactl("set-default-sink", "headphones")
        hearing.wait_for(AudioLost)  # the new one delivers
        assert _recorded(sound_server) == {"headphones.monitor"}
        assert _heard_alike(sound_server, "headphones", ring, tmp_path) > 0.95
        assert not hearing.received(ProblemReported)
        assert {lost.cause for lost in hearing.received(AudioLost)} <= {"another output was chosen"}


def test_another_microphone_that_the_user_chooses_is_followed(
    apply: Hear, sound_server: PulseServer, tmp_path: Path
) -> None:
    hearing, ring = apply("default")
    with hearing, ring:
        sound_server.pactl("load-module", "module-null-sink", "sink_name=room", "norewinds=1")
        sound_server.pactl("load-module", "module-remap-source", "master=room.monitor", "source_name=headset")
        sound_server.pactl("set-default-source", "headset")
        hearing.wait_for(AudioLost)  # the new one delivers
        assert _recorded(sound_server) == {"headset"}
        assert _heard_alike(sound_server, "room", ring, tmp_path) > 0.95


@pytest.mark.parametrize("spec", ["rate=96000 channels=6 format=float32le", "rate=8000 channels=1 format=u8"])
def test_every_rate_width_and_channel_count_is_captured(
    apply: Hear, sound_server: PulseServer, tmp_path: Path, spec: str
) -> None:
    sound_server.pactl("load-module", "module-null-sink", "sink_name=odd", "norewinds=1", *spec.split())
    hearing, ring = apply("device:odd.monitor")
    with hearing, ring:
        (started,) = hearing.received(CaptureStarted)
        assert f"rate={started.native_rate_hz}" in spec
        alike = _heard_alike(sound_server, "odd", ring, tmp_path)
        assert alike > (0.95 if started.native_rate_hz > 2 * 6_000 else 0.6), "6 kHz do not fit into 8 kHz"


def test_a_capture_that_stands_still_for_300_ms_loses_nothing(
    apply: Hear, sound_server: PulseServer, tmp_path: Path
) -> None:
    hearing, ring = apply("monitor")
    with hearing, ring:
        played = noise(2.0)
        player = play_into(sound_server, SINK, played, tmp_path)
        quiet_until = ring.written_sample
        wait_until(lambda: abs(everything(ring)[quiet_until:].astype(int)).max(initial=0) > 1_000)
        _stand_still(hearing.processes["capture:call"], 0.3)
        assert player.wait(timeout=20) == 0
        stop_sample = ring.written_sample
        wait_until(lambda: ring.written_sample > stop_sample + SAMPLE_RATE // 2)
        assert find(played, everything(ring)).alike > 0.95, "in one piece"
        assert not hearing.received(AudioLost)


def _stand_still(process: subprocess.Popen[bytes], seconds: float) -> None:
    until_s = time.monotonic() + seconds
    os.kill(process.pid, signal.SIGSTOP)
    try:
        wait_until(lambda: time.monotonic() > until_s)
    finally:
        os.kill(process.pid, signal.SIGCONT)


def test_a_microphone_muted_at_the_server_raises_an_alarm_within_two_seconds(
    apply: Hear, sound_server: PulseServer
) -> None:
    hearing, ring = apply("default")
    hiss = np.random.default_rng(7).normal(0, 100, 30 * SAMPLE_RATE).astype(np.int16)
    with hearing, ring, sound_server.play(hiss) as player:
        wait_until(lambda: np.any(ring.read(max(ring.written_sample - 1_600, 0), ring.written_sample)))
        before = len(hearing.received(LevelAlarmed))
        sound_server.pactl("set-source-mute", MICROPHONE, "1")
        muted_s = time.monotonic()
        alarmed = hearing.wait_for(LevelAlarmed, count=before + 1, timeout_s=5)
        assert time.monotonic() - muted_s < 2.2, "2 s, and what pactl and the test take"
        assert alarmed[-1].alarm == "silent"
        sound_server.pactl("set-source-mute", MICROPHONE, "0")
        assert hearing.wait_for(LevelAlarmed, count=before + 2, timeout_s=5)[-1].alarm == "none"
        player.kill()
