"""Tests of replay with real processes: pace, end, restart, lateness."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from bus.audio import Samples
from bus.client import HubClient
from bus.messages import (
    AudioLost,
    AudioSanitized,
    CaptureEnded,
    CaptureStarted,
    DetectionEnded,
    ProblemReported,
    SessionEnding,
    SpeechEnded,
    SpeechStarted,
    StageReady,
    UtteranceDiscarded,
)
from bus.ring.reader import AudioRing
from bus.run import Run
from capture.replay import Lateness
from capture.settings import CaptureSettings
from tests.support.audio_session import AudioSession, demo_speech
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]


def _noise(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.random.default_rng(3).integers(-3_000, 3_000, round(seconds * 16_000), dtype=np.int16)


def _played(make_run: MakeRun, start_stage: StartStage, path: Path) -> tuple[AudioSession, AudioRing]:
    hearing = AudioSession(make_run, start_stage, {"mic": f"file:{path}"})
    hearing.start("capture", "mic")
    wait_until(lambda: "capture:mic" in {event.stage for event in hearing.received(StageReady)})
    hearing.replay()
    hearing.wait_for(CaptureEnded)
    return hearing, AudioRing.attach(hearing.run.ring_address("mic"))


def test_file_at_16_khz_is_replayed_unchanged(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    samples = _noise(1.005)
    soundfile.write(tmp_path / "noise.wav", samples, 16_000)
    hearing, ring = _played(make_run, start_stage, tmp_path / "noise.wav")
    with hearing, ring:
        (started,) = hearing.received(CaptureStarted)
        (ended,) = hearing.received(CaptureEnded)
        assert (started.start_sample, started.native_rate_hz, started.device) == (0, 16_000, "noise.wav")
        assert ring.first_sample_ns == started.first_sample_ns
        assert (ended.cause, ended.stop_sample) == ("end of file", 16_160)
        np.testing.assert_array_equal(ring.read(0, 16_080), samples)
        assert not ring.read(16_080, 16_160).any()


@pytest.mark.parametrize(
    ("rate_hz", "channels", "suffix"), [(8_000, 1, "wav"), (44_100, 7, "wav"), (48_000, 2, "mp3")]
)
def test_files_of_any_format_keep_their_length(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path, rate_hz: int, channels: int, suffix: str
) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz)
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone[:, None].repeat(channels, axis=1), rate_hz)
    hearing, ring = _played(make_run, start_stage, path)
    with hearing, ring:
        (ended,) = hearing.received(CaptureEnded)
        assert ended.stop_sample == pytest.approx(16_000, abs=2_000 if suffix == "mp3" else 160)
        samples = ring.read(1_600, 12_800).astype(float) / 32_768
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
        assert np.argmax(spectrum) * 16_000 / len(samples) == pytest.approx(440, abs=3)
        assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_blocks_are_never_early_and_lateness_is_published(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "noise.flac", _noise(1.0), 16_000)
    with AudioSession(make_run, start_stage, {"mic": f"file:{tmp_path / 'noise.flac'}"}) as hearing:
        hearing.start("capture", "mic")
        wait_until(lambda: "capture:mic" in {event.stage for event in hearing.received(StageReady)})
        start_ns = hearing.replay(lead_s=0.3)
        with AudioRing.attach(hearing.run.ring_address("mic")) as ring:
            while not ring.closed:
                written = ring.written_sample
                due_ns = start_ns + written * 1_000_000_000 // 16_000 if written else 0
                assert time.monotonic_ns() >= due_ns
        (ended,) = hearing.wait_for(CaptureEnded)
        assert 0.0 < ended.late_p99_ms <= ended.late_max_ms + 0.1
        assert hearing.received(CaptureStarted)[0].first_sample_ns == start_ns


def test_bad_samples_are_reported(make_run: MakeRun, start_stage: StartStage, tmp_path: Path) -> None:
    frames = np.tile(np.float32([0.25, -0.25]), 8_000)
    frames[100:110], frames[200:205] = np.nan, 3.0
    soundfile.write(tmp_path / "odd.wav", frames, 16_000, subtype="FLOAT")
    hearing, ring = _played(make_run, start_stage, tmp_path / "odd.wav")
    with hearing, ring:
        sanitized = hearing.received(AudioSanitized)
        assert sum(event.bad_samples for event in sanitized) == 10
        assert sum(event.clipped_samples for event in sanitized) == 5
        assert not ring.read(100, 110).any()


@pytest.mark.parametrize(("name", "what"), [("absent.wav", "cannot be read"), ("text.wav", "it is text")])
def test_unplayable_file_ends_the_stage_with_its_exit_code(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path, name: str, what: str
) -> None:
    (tmp_path / "text.wav").write_text("hello")
    with AudioSession(make_run, start_stage, {"mic": f"file:{tmp_path / name}"}) as hearing:
        assert hearing.start("capture", "mic").wait(timeout=20) == 4
        (problem,) = hearing.wait_for(ProblemReported)
        assert what in problem.problem
        assert problem.fix


def test_damaged_file_is_replayed_and_reported(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.flac"
    soundfile.write(path, _noise(2.0), 16_000)
    path.write_bytes(path.read_bytes()[:30_000])
    hearing, ring = _played(make_run, start_stage, path)
    with hearing, ring:
        assert "damaged.flac" in hearing.wait_for(ProblemReported)[0].problem
        assert 8_000 < hearing.received(CaptureEnded)[0].stop_sample < 30_000


def test_session_end_stops_replay_but_the_ring_stays(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "noise.wav", _noise(30.0), 16_000)
    with AudioSession(make_run, start_stage, {"mic": f"file:{tmp_path / 'noise.wav'}"}) as hearing:
        process = hearing.start("capture", "mic")
        wait_until(lambda: "capture:mic" in {event.stage for event in hearing.received(StageReady)})
        hearing.replay()
        with AudioRing.attach(hearing.run.ring_address("mic")) as ring:
            wait_until(lambda: ring.written_sample > 8_000)
            hearing.session.publish(SessionEnding(cause="stopped by the user"))
            (ended,) = hearing.wait_for(CaptureEnded, timeout_s=2)
            assert ended.cause == "stopped"
            assert ring.closed
            assert len(ring.read(0, ended.stop_sample)) == ended.stop_sample
            process.terminate()
            assert process.wait(timeout=2) == 0
            assert ring.oldest_sample == 0


def test_standard_input_is_replayed_at_its_pace(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    import os
    import sys

    from tests.conftest import stage_environment

    samples = _noise(0.5)
    with AudioSession(make_run, start_stage, {"mic": "-"}) as hearing:
        process = subprocess.Popen(
            [sys.executable, "-m", "capture", "mic"],
            stdin=subprocess.PIPE,
            env=stage_environment(hearing.run),
        )
        assert process.stdin is not None
        try:
            wait_until(lambda: "capture:mic" in {event.stage for event in hearing.received(StageReady)})
            hearing.replay()
            os.write(process.stdin.fileno(), samples.tobytes())
            process.stdin.close()
            (ended,) = hearing.wait_for(CaptureEnded)
            assert ended.stop_sample == 8_000
            with AudioRing.attach(hearing.run.ring_address("mic")) as ring:
                np.testing.assert_array_equal(ring.read(0, 8_000), samples)
        finally:
            process.terminate()
            process.wait(timeout=5)


def _reaches(ring: AudioRing, sample: int) -> bool:
    return ring.written_sample >= sample


class _Transcriber:
    """Reads every utterance from the ring as a transcriber does, and says that it held no words."""

    def __init__(self, hearing: AudioSession, samples: Samples) -> None:
        self._hearing = hearing
        self._samples = samples
        self._line = HubClient("stt", hearing.run)
        self.done: list[int] = []

    def transcribe(self, ring: AudioRing) -> None:
        for ended in self._hearing.received(SpeechEnded):
            if ended.utterance in self.done:
                continue
            start, stop = ended.start_sample, ended.stop_sample
            wait_until(partial(_reaches, ring, stop))
            np.testing.assert_array_equal(ring.read(start, stop), self._samples[start:stop])
            self.done.append(ended.utterance)
            self._line.publish(
                UtteranceDiscarded(
                    source="call",
                    utterance=ended.utterance,
                    start_sample=start,
                    stop_sample=stop,
                    cause="only a test",
                )
            )

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def fast(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> Iterator[tuple[AudioSession, _Transcriber]]:
    """Return a session with two minutes of speech to be played as fast as the words keep up."""
    samples = np.tile(demo_speech("call", 24.0), 5)
    soundfile.write(tmp_path / "long.flac", samples, 16_000)
    capture = CaptureSettings(sources={"call": f"file:{tmp_path / 'long.flac'}"}, pace="fast")
    with AudioSession(make_run, start_stage, {}, capture=capture) as hearing:
        transcriber = _Transcriber(hearing, samples)
        hearing.start_all("call")
        hearing.replay()
        hearing.wait_for(SpeechEnded, "call")
        yield hearing, transcriber
        transcriber.close()


def test_fast_pace_waits_for_final_transcripts(fast: tuple[AudioSession, _Transcriber]) -> None:
    hearing, transcriber = fast
    first = hearing.received(SpeechEnded)[0]
    with AudioRing.attach(hearing.run.ring_address("call")) as ring:
        wait_until(lambda: ring.written_sample > first.start_sample + 38 * 16_000)
        while not hearing.received(DetectionEnded):
            transcriber.transcribe(ring)
        transcriber.transcribe(ring)
        assert hearing.received(DetectionEnded)[0].stop_sample == ring.written_sample == 120 * 16_000
    numbers = [event.utterance for event in hearing.received(SpeechStarted)]
    assert transcriber.done == numbers == list(range(1, len(numbers) + 1))


@pytest.mark.long
def test_killed_fast_replay_continues_at_the_oldest_needed(
    fast: tuple[AudioSession, _Transcriber],
) -> None:
    hearing, transcriber = fast
    first = hearing.received(SpeechEnded)[0]
    hearing.processes["capture:call"].kill()
    hearing.processes["capture:call"].wait(timeout=5)
    hearing.start("capture", "call")
    again = hearing.wait_for(CaptureStarted, count=2)[1]
    assert again.start_sample <= first.start_sample
    with AudioRing.attach(hearing.run.ring_address("call")) as ring:
        while not hearing.received(DetectionEnded):
            transcriber.transcribe(ring)
        transcriber.transcribe(ring)
    numbers = [event.utterance for event in hearing.received(SpeechStarted)]
    assert transcriber.done == numbers == list(range(1, len(numbers) + 1))
    assert hearing.received(DetectionEnded)[0].stop_sample == 120 * 16_000
    assert not hearing.received(AudioLost)


def test_killed_replay_continues_at_the_clock(
    make_run: MakeRun, start_stage: StartStage, tmp_path: Path
) -> None:
    samples = _noise(4.0)
    soundfile.write(tmp_path / "noise.wav", samples, 16_000)
    with AudioSession(make_run, start_stage, {"mic": f"file:{tmp_path / 'noise.wav'}"}) as hearing:
        process = hearing.start("capture", "mic")
        wait_until(lambda: "capture:mic" in {event.stage for event in hearing.received(StageReady)})
        start_ns = hearing.replay()
        with AudioRing.attach(hearing.run.ring_address("mic")) as ring:
            wait_until(lambda: ring.written_sample > 8_000)
            process.kill()
            process.wait(timeout=5)
            died_at = ring.written_sample
        hearing.start("capture", "mic")
        (ended,) = hearing.wait_for(CaptureEnded)
        first, second = hearing.received(CaptureStarted)
        assert first.first_sample_ns == second.first_sample_ns == start_ns
        assert second.start_sample > died_at
        assert ended.stop_sample == len(samples)
        with AudioRing.attach(hearing.run.ring_address("mic")) as ring:
            assert ring.oldest_sample == second.start_sample
            np.testing.assert_array_equal(
                ring.read(second.start_sample, len(samples)), samples[second.start_sample :]
            )


def test_lateness_without_blocks_is_zero() -> None:
    assert (Lateness().percentile_ms(99), Lateness().max_ms) == (0.0, 0.0)


def test_early_block_counts_as_punctual() -> None:
    lateness = Lateness()
    lateness.add(-5_000_000)
    assert lateness.max_ms == 0.0


@given(st.lists(st.integers(0, 1_900_000_000), min_size=1, max_size=200))
def test_lateness_percentiles_are_exact_to_0_1_ms(delays_ns: list[int]) -> None:
    lateness = Lateness()
    for delay_ns in delays_ns:
        lateness.add(delay_ns)
    true_ms = np.percentile(np.array(delays_ns) / 1e6, 99, method="inverted_cdf")
    assert lateness.percentile_ms(99) == pytest.approx(true_ms, abs=0.11)
    assert lateness.max_ms == max(delays_ns) / 1e6
