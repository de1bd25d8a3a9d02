"""Tests of the detectors on real speech, noise and silence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bus.audio import Samples
from vad.detectors import Detector, SileroDetector, WebRtcDetector, make_detector
from vad.settings import VadSettings

DEMO = Path(__file__).parents[2] / "session" / "demo"


@pytest.fixture(scope="module", params=["silero", "webrtc"])
def detector(request: pytest.FixtureRequest) -> Detector:
    return make_detector(VadSettings(detector=request.param))


def _probabilities(detector: Detector, samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    detector.reset()
    complete = len(samples) // detector.window_samples * detector.window_samples
    return np.array(detector.speech_probabilities(samples[:complete]))


@pytest.mark.parametrize("source", ["call", "mic"])
def test_speech_is_distinguished_from_silence(detector: Detector, source: str) -> None:
    samples, rate_hz = soundfile.read(DEMO / f"{source}.flac", dtype="int16")
    assert rate_hz == 16_000
    detected = _probabilities(detector, samples) >= 0.5
    times_s = (np.arange(len(detected)) + 0.5) * detector.window_samples / rate_hz
    spoken = np.zeros(len(detected), bool)
    near = np.zeros(len(detected), bool)
    for turn in json.loads((DEMO / "script.json").read_text()):
        if turn["source"] == source:
            spoken |= (turn["start_s"] <= times_s) & (times_s < turn["end_s"])
            near |= (turn["start_s"] - 0.3 <= times_s) & (times_s < turn["end_s"] + 0.3)
    assert detected[spoken].mean() > 0.8
    assert detected[~near].mean() < 0.05


def test_silence_and_hiss_are_not_speech() -> None:
    detector = SileroDetector()
    hiss = np.random.default_rng(0).normal(0, 100, 16_000 * 5).astype(np.int16)
    assert _probabilities(detector, np.zeros(16_000 * 5, np.int16)).max() < 0.3
    assert _probabilities(detector, hiss).max() < 0.5


def test_reset_detector_has_no_memory(detector: Detector) -> None:
    samples, _ = soundfile.read(DEMO / "call.flac", dtype="int16", frames=16_000 * 5)
    first = _probabilities(detector, samples)
    np.testing.assert_array_equal(_probabilities(detector, samples), first)


def test_batched_windows_equal_single_windows(detector: Detector) -> None:
    samples, _ = soundfile.read(DEMO / "call.flac", dtype="int16", frames=16_000 * 5)
    size = detector.window_samples
    at_once = _probabilities(detector, samples)
    detector.reset()
    one_by_one = [detector.speech_probabilities(samples[at * size :][:size])[0] for at in range(len(at_once))]
    np.testing.assert_allclose(one_by_one, at_once, atol=1e-3)


def test_detectors_do_not_load_the_transcriber() -> None:
    import subprocess
    import sys

    code = (
        "import sys, vad.detectors as d; d.SileroDetector(); d.WebRtcDetector(3);"
        "sys.exit(any(name in sys.modules for name in ('faster_whisper', 'ctranslate2', 'av')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_webrtc_returns_the_share_of_speech_frames() -> None:
    assert WebRtcDetector(3).speech_probabilities(np.zeros(960, np.int16)) == [0.0, 0.0]
