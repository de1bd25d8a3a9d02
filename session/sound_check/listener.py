"""Analyses the samples of a sound check: `python -m session.sound_check.listener MODEL`.

Standard input is the output of `capture.sound_check`. Its first line is printed at once, an `Analysis` as
JSON when it ends. The process has the sandbox of the stt stage: no sockets, and it writes no file.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from pathlib import Path

import msgspec
import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Failure
from bus.process.lifecycle import report_crash
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
from session.models import store
from session.sound_check.analysis import Analysis, clipped_share, find_phrase, peak_dbfs
from session.sound_check.phrase import read_phrase
from stt.engines.cuda_fallback import load
from stt.engines.engine import Engine, Request
from stt.engines.hallucination import is_suspect
from stt.settings import SttSettings
from vad.detectors import SileroDetector
from vad.loudness import AutomaticGain

_SPEECH_PROBABILITY = 0.5
_LEAST_SPEECH_S = 0.3
_MOST_S = 28.0


def main() -> None:
    """Load, enter the sandbox, repeat the opening, analyse."""
    report_crash("sound-check")
    model = sys.argv[1]
    path = _path(model)
    sandbox = Sandbox(
        rights_of("stt"), Run(Path("/nonexistent"), {"stt": {"model_path": str(path)}}), "stt:check"
    )
    phrase, detector = read_phrase(), SileroDetector()
    engine = load(SttSettings(model=model, model_path=str(path)), lambda failure: None) if path else None
    sandbox.enforce()
    print(sys.stdin.buffer.readline().decode().strip(), flush=True)
    read = sys.stdin.buffer.read()
    samples = np.frombuffer(read[: len(read) // 2 * 2], np.int16)[: round(_MOST_S * SAMPLE_RATE)]
    if not len(samples):
        return
    speech_s = _speech_s(detector, samples)
    words = _words(engine, samples) if engine and speech_s >= _LEAST_SPEECH_S else None if not engine else ""
    at_s, correlation = find_phrase(samples, phrase)
    analysis = Analysis(peak_dbfs(samples), clipped_share(samples), speech_s, words, at_s, correlation, model)
    print(msgspec.json.encode(analysis).decode(), flush=True)


def _path(model: str) -> Path | None:
    try:
        return store.find(model)
    except Failure:
        return None


def _speech_s(detector: SileroDetector, samples: Samples) -> float:
    """Return how long the detector of a session finds speech."""
    size, gain = detector.window_samples, AutomaticGain()
    windows = [gain(samples[at : at + size]) for at in range(0, len(samples) - size + 1, size)]
    if not windows:
        return 0.0
    probabilities = detector.speech_probabilities(np.concatenate(windows))
    return sum(each >= _SPEECH_PROBABILITY for each in probabilities) * size / SAMPLE_RATE


def _words(engine: Engine, samples: Samples) -> str:
    mel = engine.growing_mel(0)
    mel.extend(samples)
    found, _ = engine.transcribe(Request(mel.features(0, len(samples))))
    return "" if is_suspect(found) else found.text.strip()


if __name__ == "__main__":
    main()
