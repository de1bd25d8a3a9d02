"""Tests of live capture with a real sound server and PortAudio."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec
import pytest

from bus.audio import SAMPLE_RATE
from bus.messages import (
    AudioLost,
    CaptureEnded,
    CaptureStarted,
    ProblemReported,
    SessionEnding,
    SpeechEnded,
    StageReady,
)
from bus.ring.reader import AudioRing
from bus.run import Run
from capture.probe import LEVELS, ProbeReport
from tests.support.audio_matching import find, noise
from tests.support.audio_session import AudioSession, demo_speech
from tests.support.pulse_server import MICROPHONE, MONITOR, SINK, PulseServer
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]
_HEADSET = "headset"


def _hearing(make_run: MakeRun, start_stage: StartStage, server: PulseServer, spec: str) -> AudioSession:
    return AudioSession(make_run, start_stage, {"call": spec}, environment=server.environment)


def _listening(hearing: AudioSession) -> AudioRing:
    hearing.start("capture", "call")
    wait_until(
        lambda: "capture:call" in {event.stage for event in hearing.received(StageReady)}, timeout_s=20
    )
    return AudioRing.attach(hearing.run.ring_address("call"))


def _due_sample(ring: AudioRing) -> int:
    return (time.monotonic_ns() - ring.first_sample_ns) * SAMPLE_RATE // 1_000_000_000


@pytest.mark.parametrize(
    ("spec", "device"),
    [
        ("monitor", "Monitor of Null Output"),
        pytest.param(f"device:{MONITOR}", "Monitor of Null Output", marks=pytest.mark.long),
        pytest.param("device:monitor of null output", "Monitor of Null Output", marks=pytest.mark.long),
        ("device:call", "Monitor of Null Output"),
        ("default", "Remapped Monitor of Null Output"),
    ],
)
def test_played_audio_is_captured(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer, spec: str, device: str
) -> None:
    played = noise(1.0)
    with _hearing(make_run, start_stage, sound_server, spec) as hearing, _listening(hearing) as ring:
        (started,) = hearing.received(CaptureStarted)
        assert (started.device, started.native_rate_hz, started.native_channels) == (device, 48_000, 2)
        from_sample = ring.written_sample
        assert sound_server.play(played).wait(timeout=20) == 0
        stop_sample = ring.written_sample
        wait_until(lambda: ring.written_sample > stop_sample + SAMPLE_RATE // 2)
        assert find(played, ring.read(from_sample, ring.written_sample)).alike > 0.95
        assert not hearing.received(AudioLost)


@pytest.mark.long
def test_played_speech_becomes_utterances(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> None:
    with _hearing(make_run, start_stage, sound_server, "monitor") as hearing:
        hearing.start_all("call")
        assert sound_server.play(demo_speech("call", 8.6)).wait(timeout=30) == 0
        assert len(hearing.wait_for(SpeechEnded, count=2)) == 2
        hearing.session.publish(SessionEnding(cause="stopped by the user"))
        (ended,) = hearing.wait_for(CaptureEnded, timeout_s=2)
        assert ended.cause == "stopped"


def test_device_that_returns_continues_the_clock(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> None:
    played = noise(1.0)
    with _hearing(make_run, start_stage, sound_server, "monitor") as hearing, _listening(hearing) as ring:
        wait_until(lambda: ring.written_sample > SAMPLE_RATE)
        sound_server.kill()
        (problem,) = hearing.wait_for(ProblemReported)
        assert "went away" in problem.problem
        wait_until(lambda: ring.written_sample > 3 * SAMPLE_RATE)  # the clock continues meanwhile
        sound_server.start()
        (lost,) = hearing.wait_for(AudioLost)
        assert lost.cause == "the device was away"
        assert lost.stop_sample - lost.start_sample > SAMPLE_RATE
        assert sound_server.play(played).wait(timeout=20) == 0
        stop_sample = ring.written_sample
        wait_until(lambda: ring.written_sample > stop_sample + SAMPLE_RATE // 2)
        assert find(played, ring.read(lost.stop_sample, ring.written_sample)).alike > 0.95
        assert _due_sample(ring) - ring.written_sample < SAMPLE_RATE // 2
        assert len(hearing.received(CaptureStarted)) == 1


@pytest.mark.long
def test_headset_that_changes_its_profile_continues_the_clock(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> None:
    """As a Bluetooth headset does: the source vanishes, and one of the same name has another rate."""
    played = demo_speech("call", 3.0)
    module = _headset(sound_server, 48_000, 2)
    with (
        _hearing(make_run, start_stage, sound_server, f"device:{_HEADSET}.monitor") as hearing,
        _listening(hearing) as ring,
    ):
        for count, (rate_hz, channels) in enumerate([(8_000, 1), (16_000, 1), (44_100, 2)], start=1):
            sound_server.pactl("unload-module", module)
            module = _headset(sound_server, rate_hz, channels)
            lost = hearing.wait_for(AudioLost, count=count)[-1]
            assert lost.stop_sample - lost.start_sample < 2 * SAMPLE_RATE
            assert sound_server.play(played, sink=_HEADSET).wait(timeout=20) == 0
            stop_sample = ring.written_sample
            wait_until(lambda stop=stop_sample: ring.written_sample > stop + SAMPLE_RATE // 2)
            found = find(played, ring.read(lost.stop_sample, ring.written_sample))
            assert found.alike > 0.9, f"{rate_hz} Hz"
            assert abs(_due_sample(ring) - ring.written_sample) < SAMPLE_RATE // 5
        assert len(hearing.received(CaptureStarted)) == 1


@pytest.mark.long
def test_suspended_device_continues_the_clock(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> None:
    """As the server does with a device when the computer sleeps, or the user moves to another seat."""
    played = noise(1.0)
    with _hearing(make_run, start_stage, sound_server, "monitor") as hearing, _listening(hearing) as ring:
        wait_until(lambda: ring.written_sample > SAMPLE_RATE)
        sound_server.pactl("suspend-sink", SINK, "1")
        suspended_at = ring.written_sample
        wait_until(lambda: _due_sample(ring) > suspended_at + 3 * SAMPLE_RATE)
        sound_server.pactl("suspend-sink", SINK, "0")
        (lost,) = hearing.wait_for(AudioLost)
        assert lost.stop_sample - lost.start_sample > 2 * SAMPLE_RATE
        assert sound_server.play(played).wait(timeout=20) == 0
        stop_sample = ring.written_sample
        wait_until(lambda: ring.written_sample > stop_sample + SAMPLE_RATE // 2)
        assert find(played, ring.read(lost.stop_sample, ring.written_sample)).alike > 0.95
        assert abs(_due_sample(ring) - ring.written_sample) < SAMPLE_RATE // 5


def _headset(server: PulseServer, rate_hz: int, channels: int) -> str:
    """Load a headset with one profile, and return its module."""
    options = (f"sink_name={_HEADSET}", f"rate={rate_hz}", f"channels={channels}", "norewinds=1")
    return server.pactl("load-module", "module-null-sink", *options).strip()


def test_killed_capture_continues_the_clock(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> None:
    with _hearing(make_run, start_stage, sound_server, "monitor") as hearing:
        with _listening(hearing) as ring:
            wait_until(lambda: ring.written_sample > SAMPLE_RATE)
            hearing.processes["capture:call"].kill()
            hearing.processes["capture:call"].wait(timeout=5)
            died_at = ring.written_sample
        hearing.start("capture", "call")
        first, second = hearing.wait_for(CaptureStarted, count=2)
        assert second.first_sample_ns == first.first_sample_ns
        assert second.start_sample >= died_at
        with AudioRing.attach(hearing.run.ring_address("call")) as ring:
            wait_until(lambda: ring.written_sample > second.start_sample + SAMPLE_RATE)
            assert ring.oldest_sample == second.start_sample
            assert abs(_due_sample(ring) - ring.written_sample) < SAMPLE_RATE // 2


@pytest.mark.parametrize(
    ("spec", "what", "fix"),
    [
        ("device:call.monitr", "there is no device 'call.monitr'", f"did you mean '{MONITOR}'"),
        ("device:99", "there is no device '99'", "cuecard devices"),
    ],
)
def test_unknown_device_names_the_nearest(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer, spec: str, what: str, fix: str
) -> None:
    with _hearing(make_run, start_stage, sound_server, spec) as hearing:
        assert hearing.start("capture", "call").wait(timeout=20) == 4
        (problem,) = hearing.wait_for(ProblemReported)
        assert what in problem.problem
        assert fix in problem.fix


def test_monitor_is_not_used_as_the_microphone(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer
) -> None:
    sound_server.pactl("set-default-source", MONITOR)
    with _hearing(make_run, start_stage, sound_server, "default") as hearing:
        assert hearing.start("capture", "call").wait(timeout=20) == 4
        assert "is a monitor of the output" in hearing.wait_for(ProblemReported)[0].problem


@pytest.mark.parametrize("spec", ["monitor", "default"])
def test_missing_sound_server_names_the_fix(
    make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer, spec: str
) -> None:
    sound_server.kill()
    with _hearing(make_run, start_stage, sound_server, spec) as hearing:
        assert hearing.start("capture", "call").wait(timeout=30) == 4
        (problem,) = hearing.wait_for(ProblemReported)
        assert problem.fix


def test_devices_are_listed_with_levels(sound_server: PulseServer) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "capture.probe", LEVELS],
        env={**os.environ, **sound_server.environment},
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert listed.stderr == b""
    found = msgspec.json.decode(listed.stdout, type=ProbeReport).devices
    served = [each for each in found if each.device.host_api == "PulseAudio"]
    rows = [(each.device.name, each.device.kind, each.device.is_default) for each in served]
    assert rows == [(MICROPHONE, "microphone", True), (MONITOR, "monitor", False)]
    assert {(each.level_dbfs, each.verdict) for each in served} == {(-120.0, "silent")}
