"""Measures a speech model on this machine: `python -m session.setup.pages.model_timing MODEL`.

Transcribes turns of the demo, in the sandbox of stt, for a limited time, and prints a `Timing` as JSON.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Failure, StageFailure
from bus.process.environment import GRAPHICS_CARDS, inherited
from bus.process.lifecycle import report_crash
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
from session.models import store
from session.models.catalogue import CATALOGUE
from session.run.start.demo import DEMO, script
from stt.engines.cuda_fallback import load
from stt.engines.engine import Request
from stt.settings import SttSettings

_LIMIT_S = 10.0
"""Computing time after which no further turn is transcribed."""

_PROCESS_LIMIT_S = 60.0
_QUICK_S = 0.7
"""A model whose words come later than this after a turn is too slow to talk by."""


class Timing(msgspec.Struct, frozen=True):
    """What was measured."""

    model: str
    device: str
    audio_s: float
    compute_s: float
    turn_s: float
    """Median time to transcribe one turn."""

    @property
    def rtf(self) -> float:
        """Real-time factor: computing time per second of audio."""
        return self.compute_s / self.audio_s

    @property
    def is_quick(self) -> bool:
        """Whether words come soon enough after they were spoken."""
        return self.turn_s <= _QUICK_S


def measure(model: str) -> Timing:
    """Measure an installed model in a process of its own.

    Raises:
        StageFailure: It cannot be used.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "session.setup.pages.model_timing", model],
            env=inherited(os.environ, GRAPHICS_CARDS),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROCESS_LIMIT_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Timing)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        raise StageFailure(
            f"the model {model} could not be measured ({type(error).__name__})",
            kept="the other models",
            fix=f"run `cuecard models verify {model}`",
        ) from error


def recommended(timings: list[Timing]) -> str:
    """Return the most accurate model that is quick enough, else the quickest; empty for none. Pure."""
    quick = [timing for timing in timings if timing.is_quick]
    if quick:
        return max(quick, key=lambda timing: CATALOGUE[timing.model].size_bytes).model
    return min(timings, key=lambda timing: timing.turn_s).model if timings else ""


def main() -> None:
    """Load, enter the sandbox, measure, print."""
    report_crash("model-timing")
    model = sys.argv[1]
    try:
        path = store.find(model)
    except Failure as failure:
        sys.exit(str(failure))
    turns = _turns()
    settings = SttSettings(model=model, model_path=str(path))
    sandbox = Sandbox(
        rights_of("stt"), Run(Path("/nonexistent"), {"stt": {"model_path": str(path)}}), "stt:timing"
    )
    engine = load(settings, lambda failure: None)
    sandbox.enforce()
    audio_s, times_s = 0.0, list[float]()
    for samples in turns:
        mel = engine.growing_mel(0)
        mel.extend(samples)
        done, _ = engine.transcribe(Request(mel.features(0, len(samples))))
        audio_s += len(samples) / SAMPLE_RATE
        times_s.append(done.compute_ms / 1000)
        if sum(times_s) > _LIMIT_S:
            break
    timing = Timing(model, str(engine.device), audio_s, sum(times_s), statistics.median(times_s))
    sys.stdout.buffer.write(msgspec.json.encode(timing))


def _turns() -> list[Samples]:
    """Return the turns of the demo, 16 kHz."""
    audio = {source: _samples(DEMO / f"{source}.flac") for source in ("call", "mic")}
    return [
        audio[turn.source][round(turn.start_s * SAMPLE_RATE) : round(turn.end_s * SAMPLE_RATE)]
        for turn in script()
    ]


def _samples(file: Path) -> Samples:
    samples, rate_hz = soundfile.read(file, dtype="int16")
    assert rate_hz == SAMPLE_RATE
    return np.asarray(samples, np.int16)


if __name__ == "__main__":
    main()
