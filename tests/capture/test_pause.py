"""A pause closes the device, fills the ring with silence and keeps its clock."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

import numpy as np
import pytest

from bus.audio import SAMPLE_RATE
from bus.failures import Overrun
from bus.messages import (
    AudioLost,
    CapturePaused,
    CaptureResumed,
    PauseRequested,
    SpeechEnded,
    SpeechStarted,
    StageReady,
)
from bus.ring.reader import AudioRing
from bus.run import Run
from tests.support.audio_session import DEMO, AudioSession, demo_speech
from tests.support.pulse_server import PulseServer
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]


def _open_streams(server: PulseServer) -> int:
    return len(server.pactl("list", "short", "source-outputs").splitlines())


def _request(session: AudioSession, *, paused: bool, source: str = "") -> None:
    session.view.publish(PauseRequested(source=source, paused=paused, by="view"))


def _clock_error_s(ring: AudioRing) -> float:
    due = (time.monotonic_ns() - ring.first_sample_ns) * SAMPLE_RATE / 1e9
    return abs(due - ring.written_sample) / SAMPLE_RATE


def _is_zeroed(ring: AudioRing) -> bool:
    try:
        return not np.any(ring.read(ring.oldest_sample, ring.written_sample))
    except Overrun:  # the block was overwritten while it was read
        return False


@pytest.fixture
def call(make_run: MakeRun, start_stage: StartStage, sound_server: PulseServer) -> AudioSession:
    return AudioSession(make_run, start_stage, {"call": "monitor"}, environment=sound_server.environment)


def test_pause_closes_the_device_and_zeroes_the_ring(call: AudioSession, sound_server: PulseServer) -> None:
    with call:
        own = _open_streams(sound_server)  # of the server's own remapped microphone
        call.start_all("call")
        assert _open_streams(sound_server) == own + 1
        with AudioRing.attach(call.run.ring_address("call")) as ring:
            playing = sound_server.play(demo_speech("call", 8.6))
            call.wait_for(SpeechStarted)
            _request(call, paused=True)
            (paused,) = call.wait_for(CapturePaused)
            wait_until(lambda: _open_streams(sound_server) == own)
            (ended,) = call.wait_for(SpeechEnded)
            assert ended.stop_sample <= paused.sample
            playing.kill()
            playing.wait()
            wait_until(lambda: ring.written_sample > paused.sample + SAMPLE_RATE)
            assert not np.any(ring.read(paused.sample, ring.written_sample))
            assert _clock_error_s(ring) < 0.5
            assert np.any(ring.read(ended.start_sample, paused.sample))  # not transcribed yet
            call.transcribe(ended)
            wait_until(lambda: _is_zeroed(ring))

            _request(call, paused=False)
            (resumed,) = call.wait_for(CaptureResumed)
            assert _open_streams(sound_server) == own + 1
            assert sound_server.play(demo_speech("call", 3.0)).wait(timeout=20) == 0
            (_, second) = call.wait_for(SpeechStarted, count=2)
            assert second.start_sample >= resumed.sample
            assert _clock_error_s(ring) < 0.5
        assert not call.received(AudioLost)


def test_pause_outlives_a_killed_capture(call: AudioSession, sound_server: PulseServer) -> None:
    with call:
        own = _open_streams(sound_server)
        call.start_all("call")
        _request(call, paused=True, source="call")
        call.wait_for(CapturePaused)
        call.processes["capture:call"].kill()
        call.processes["capture:call"].wait(timeout=5)
        call.start("capture", "call")
        wait_until(lambda: [each.stage for each in call.received(StageReady)].count("capture:call") == 2)
        assert _open_streams(sound_server) == own
        _request(call, paused=False)
        call.wait_for(CaptureResumed)
        assert _open_streams(sound_server) == own + 1
        assert len(call.received(CapturePaused)) == len(call.received(CaptureResumed)) == 1


@pytest.mark.long
def test_pause_of_another_source_changes_nothing(call: AudioSession, sound_server: PulseServer) -> None:
    with call:
        call.start_all("call")
        _request(call, paused=True, source="mic")
        assert sound_server.play(demo_speech("call", 3.0)).wait(timeout=20) == 0
        call.wait_for(SpeechStarted)
        assert not call.received(CapturePaused)


@pytest.mark.long
def test_paused_recording_is_silence_and_keeps_its_clock(make_run: MakeRun, start_stage: StartStage) -> None:
    with AudioSession(make_run, start_stage, {"call": f"file:{DEMO / 'call.flac'}"}) as call:
        call.start_all("call")
        start_ns = call.replay()
        with AudioRing.attach(call.run.ring_address("call"), timeout_s=5) as ring:
            call.wait_for(SpeechStarted)
            _request(call, paused=True)
            (paused,) = call.wait_for(CapturePaused)
            wait_until(lambda: ring.written_sample > paused.sample + SAMPLE_RATE)
            assert not np.any(ring.read(paused.sample, paused.sample + SAMPLE_RATE))
            _request(call, paused=False)
            (resumed,) = call.wait_for(CaptureResumed)
            wait_until(lambda: ring.written_sample > resumed.sample + 4 * SAMPLE_RATE, timeout_s=8)
            assert np.any(ring.read(resumed.sample, resumed.sample + 4 * SAMPLE_RATE))
            assert ring.first_sample_ns == start_ns
            assert _clock_error_s(ring) < 0.2
