"""Tests of speech detection with real speech and real processes, also across crashes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import soundfile

from bench.harness.voices import speak, telephone
from bus.messages import (
    AudioLost,
    CaptureEnded,
    CaptureStarted,
    DetectionEnded,
    SpeechEnded,
    SpeechStarted,
)
from bus.run import Run
from capture.settings import CaptureSettings
from tests.support.audio_session import DEMO, AudioSession, demo_speech
from tests.support.waiting import wait_until
from vad.settings import VadSettings

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]

SECONDS = 9.0


@pytest.fixture
def hearing(make_run: MakeRun, start_stage: StartStage, tmp_path: Path) -> AudioSession:
    """Return a session with nine seconds of the interviewer: two sentences."""
    soundfile.write(tmp_path / "call.wav", demo_speech("call", SECONDS), 16_000)
    return AudioSession(make_run, start_stage, {"call": f"file:{tmp_path / 'call.wav'}"})


def _sentences() -> list[tuple[float, float]]:
    turns = json.loads((DEMO / "script.json").read_text())
    return [(t["start_s"], t["end_s"]) for t in turns if t["source"] == "call" and t["end_s"] < SECONDS]


def _assert_sentences_are_found(spans: list[tuple[int, int]]) -> None:
    for start_s, end_s in _sentences():
        middle = round((start_s + end_s) / 2 * 16_000)
        (span,) = [(start, stop) for start, stop in spans if start <= middle < stop]
        assert span[0] <= (start_s + 0.1) * 16_000
        assert span[1] >= (end_s - 0.1) * 16_000


@pytest.mark.parametrize("detector", ["silero", "webrtc"])
def test_every_sentence_is_in_one_utterance(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path, detector: Literal["silero", "webrtc"]
) -> None:
    soundfile.write(tmp_path / "call.wav", demo_speech("call", SECONDS), 16_000)
    capture = CaptureSettings(sources={"call": f"file:{tmp_path / 'call.wav'}"}, pace="fast")
    vad = VadSettings(detector=detector)
    with AudioSession(make_run, start_stage, {}, capture=capture, vad=vad) as hearing:
        hearing.start_all("call")
        hearing.replay()
        (ended,) = hearing.wait_for(DetectionEnded)
        assert ended.stop_sample == SECONDS * 16_000
        _assert_sentences_are_found(hearing.spans("call"))


@pytest.mark.long
def test_killed_detection_neither_misses_nor_repeats(
    hearing: AudioSession,
) -> None:
    with hearing:
        hearing.start_all("call")
        hearing.replay()
        for kind, count in ((SpeechEnded, 1), (SpeechStarted, 2)):
            hearing.wait_for(kind, count=count)
            hearing.processes["vad:call"].kill()
            hearing.start("vad", "call")
        hearing.wait_for(DetectionEnded)
        started = [(event.utterance, event.start_sample) for event in hearing.received(SpeechStarted)]
        ended = [(event.utterance, event.start_sample) for event in hearing.received(SpeechEnded)]
        assert started == ended
        assert [number for number, _ in started] == [1, 2]
        _assert_sentences_are_found(hearing.spans("call"))
        assert not hearing.received(AudioLost)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_restarted_detection_continues_a_whispered_utterance(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    said = speak("The alert looked at averages, so nobody noticed the slow requests.", "en+whisper")
    spoken = (48_000, 48_000 + len(said))
    samples = telephone(np.concatenate((np.zeros(spoken[0], np.float32), said, np.zeros(24_000, np.float32))))
    soundfile.write(tmp_path / "call.wav", samples, 16_000)
    with AudioSession(make_run, start_stage, {"call": f"file:{tmp_path / 'call.wav'}"}) as hearing:
        hearing.start_all("call")
        hearing.replay()
        hearing.wait_for(SpeechStarted)
        hearing.processes["vad:call"].kill()
        hearing.start("vad", "call")
        hearing.wait_for(DetectionEnded)
        ((start, stop),) = hearing.spans("call")
        assert start <= spoken[0] < spoken[1] <= stop + 1600


@pytest.mark.long
def test_stopped_detection_catches_up(hearing: AudioSession) -> None:
    with hearing:
        hearing.start_all("call")
        hearing.replay()
        hearing.wait_for(SpeechStarted)
        hearing.processes["vad:call"].send_signal(signal.SIGSTOP)
        hearing.wait_for(CaptureEnded)
        hearing.processes["vad:call"].send_signal(signal.SIGCONT)
        hearing.wait_for(DetectionEnded)
        _assert_sentences_are_found(hearing.spans("call"))


@pytest.mark.long
def test_killed_capture_leaves_a_reported_gap(hearing: AudioSession) -> None:
    with hearing:
        hearing.start_all("call")
        hearing.replay()
        hearing.wait_for(SpeechStarted, count=2)
        hearing.processes["capture:call"].kill()
        hearing.processes["capture:call"].wait(timeout=5)
        hearing.start("capture", "call")
        hearing.wait_for(DetectionEnded)
        (lost,) = hearing.received(AudioLost)
        first, second = hearing.received(CaptureStarted)
        assert first.first_sample_ns == second.first_sample_ns
        assert lost.stop_sample == second.start_sample
        assert lost.cause == "capture was restarted"
        assert lost.start_sample % 160 == 0
        spans = hearing.spans("call")
        assert [event.utterance for event in hearing.received(SpeechStarted)] == list(
            range(1, len(spans) + 1)
        )
        assert all(stop <= lost.start_sample or start >= lost.stop_sample for start, stop in spans)
        assert hearing.received(SpeechEnded)[1].stop_sample == lost.start_sample


def test_overwritten_audio_is_reported_and_the_rest_detected(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    """Starts detection after the ring was overwritten."""
    from bus.client import HubClient
    from bus.ring.writer import RingWriter

    with (
        AudioSession(make_run, start_stage, {}) as hearing,
        HubClient("capture:call", hearing.run) as capture,
        RingWriter(hearing.run.ring_address("call"), first_sample_ns=0, seconds=10.0) as ring,
    ):
        ring.write(np.zeros(16_000 * 12, np.int16))
        ring.write(demo_speech("call", 3.5))
        capture.publish(
            CaptureStarted(
                source="call",
                first_sample_ns=0,
                start_sample=0,
                device="x",
                native_rate_hz=16_000,
                native_channels=1,
            )
        )
        hearing.start("vad", "call")
        ring.finish()
        (ended,) = hearing.wait_for(DetectionEnded)
        assert ended.stop_sample == ring.stop_sample
        (lost,) = hearing.received(AudioLost)
        assert (lost.start_sample, lost.stop_sample) == (0, ring.stop_sample - 160_000)
        assert lost.cause == "speech detection fell behind"
        assert len(hearing.spans("call")) == 1


def test_detection_without_a_source_is_a_usage_error(make_run: MakeRun, start_stage: StartStage) -> None:
    with AudioSession(make_run, start_stage, {}) as hearing:
        process = start_stage(hearing.run, "vad")
        assert wait_until(lambda: process.poll() is not None, timeout_s=20)
        assert process.returncode == 2
