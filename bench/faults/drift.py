"""Measures drift: growth of memory, descriptors and threads over hours, and clock drift.

Two recordings of mostly silence, one of them at 44.1 kHz, repeat one sentence and are played as fast as
transcription allows. The sentence's position is known to the sample, so clock drift shows once it exceeds one
detector window of 32 ms; the stages' resources are sampled, and a line is fitted through them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import soundfile
import soxr
from numpy.typing import NDArray

from bench.harness.consumer import Received, run_session
from bench.harness.process_tree import ProcessTree
from bench.harness.report import show
from bus.audio import SAMPLE_RATE
from session.run.start.demo import DEMO, script

RATES_HZ = {"call": 44_100, "mic": SAMPLE_RATE}
WARM_UP_H = 1 / 6
"""Memory of the first ten minutes is not evaluated."""

_SAMPLE_EVERY_H = 1 / 120
_SENTENCE_S = 6.0
_APART_S = 3.0  # between the two sources


@dataclass(frozen=True)
class Sample:
    """Resources of the session's processes at a moment."""

    at_h: float
    """Position on the sample clock."""
    memory_mb: Mapping[str, float]
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Line:
    """A line fitted by least squares."""

    slope: float
    error: float
    """Standard error of the slope."""

    @classmethod
    def through(cls, x: Sequence[float], y: Sequence[float]) -> Line:
        """Return the line; its slope is unknown with fewer than three points."""
        if len(x) < 3:
            return cls(float("nan"), float("nan"))
        (slope, _), covariance = np.polyfit(x, y, 1, cov="unscaled")
        residuals = np.asarray(y) - np.polyval(np.polyfit(x, y, 1), x)
        variance = float(residuals @ residuals) / (len(x) - 2)
        return cls(float(slope), float(np.sqrt(covariance[0, 0] * variance)))


@dataclass
class _Observer:
    """Samples the processes by the sample clock."""

    samples: list[Sample] = field(default_factory=list)
    _pids: dict[str, int] = field(default_factory=dict)

    def on_line(self, received: Received, tree: ProcessTree) -> None:
        """Process a line of output."""
        event = received.event
        if event["type"] == "StageStarted":
            self._pids[event["stage"]] = event["pid"]
        if event["type"] != "SpeechEnded" or event["source"] != "mic":
            return
        at_h = event["decided_sample"] / SAMPLE_RATE / 3600
        if not self.samples or at_h - self.samples[-1].at_h >= _SAMPLE_EVERY_H:
            processes = [psutil.Process(pid) for pid in self._pids.values() if psutil.pid_exists(pid)]
            descriptors = sum(process.num_fds() for process in processes)
            threads = sum(process.num_threads() for process in processes)
            self.samples.append(Sample(at_h, tree.resident_mb(), descriptors, threads))


def measure(hours: float, *, every_s: float, at_real_pace: bool) -> None:
    """Play and print.

    Args:
        hours: Length of the session, by its own clock.
        every_s: Distance between two sentences of the same speaker.
        at_real_pace: Play in real time instead of as fast as transcription allows.
    """
    observer = _Observer()
    with tempfile.TemporaryDirectory() as directory:
        files = {source: _write(Path(directory), source, hours, every_s) for source in RATES_HZ}
        pace = "realtime" if at_real_pace else "fast"
        playback = run_session(files, ["--answer", "off", "--pace", pace], observer.on_line)
    figures = evaluate(playback.received, observer.samples, every_s)
    show("drift", [(name, _summary(value)) for name, value in figures.items()], figures)


def evaluate(received: Sequence[Received], samples: Sequence[Sample], every_s: float) -> dict[str, object]:
    """Return the figures of a session.

    Args:
        received: Its events.
        samples: Resources of its processes.
        every_s: Distance between two sentences.
    """
    kinds = [each.event["type"] for each in received]
    hours = max((each.at_h for each in samples), default=0.0)
    began_ns = next(each.received_ns for each in received if each.event["type"] == "CaptureStarted")
    warm = [each for each in samples if each.at_h > WARM_UP_H]
    at_h = [each.at_h for each in warm]
    stages = sorted(warm[-1].memory_mb) if warm else []
    whole = Line.through(at_h, [sum(each.memory_mb.values()) for each in warm])
    figures: dict[str, object] = {
        "hours": hours,
        "speed": hours * 3.6e12 / max(received[-1].received_ns - began_ns, 1),
        "utterances": kinds.count("SpeechEnded"),
        "lost": kinds.count("UtteranceLost") + kinds.count("AudioLost"),
        "events_an_hour": len(received) / max(hours, 1e-9),
        "memory_mb_an_hour": whole.slope,
        "memory_mb_an_hour_error": whole.error,
    }
    for stage in stages:
        line = Line.through(at_h, [each.memory_mb.get(stage, np.nan) for each in warm])
        figures[f"{stage}_mb_an_hour"] = f"{line.slope:+.2f} ± {line.error:.2f}"
    figures |= {f"{source}_moved_ms": _moved_ms(received, source, every_s) for source in RATES_HZ}
    for name in ("descriptors", "threads"):
        figures[f"{name}_grown"] = getattr(warm[-1], name) - getattr(warm[0], name) if warm else 0
    return figures


def _moved_ms(received: Sequence[Received], source: str, every_s: float) -> float:
    """Return the largest difference between the positions at which the same sentence ended."""
    ends_s: dict[int, float] = {}
    for each in received:
        event = each.event
        if event["type"] == "SpeechEnded" and event["source"] == source:
            quiet_s = event["quiet_sample"] / SAMPLE_RATE
            ends_s[int(quiet_s / every_s)] = quiet_s % every_s
    places = list(ends_s.values())
    return (max(places) - min(places)) * 1000 if places else 0.0


def _write(place: Path, source: str, hours: float, every_s: float) -> Path:
    """Write the recording of one speaker, piece by piece."""
    rate_hz = RATES_HZ[source]
    turn = next(turn for turn in script() if turn.source == source and turn.end_s - turn.start_s > 4.0)
    samples = soundfile.read(DEMO / f"{source}.flac", dtype="float32")[0]
    start, stop = (round(at_s * SAMPLE_RATE) for at_s in (turn.start_s - 0.3, turn.end_s + 0.3))
    sentence = soxr.resample(samples[start:stop], SAMPLE_RATE, rate_hz)[: round(_SENTENCE_S * rate_hz)]
    path = place / f"{source}.flac"
    with soundfile.SoundFile(path, "w", rate_hz, 1, subtype="PCM_16") as file:
        for number in range(max(1, round(hours * 3600 / every_s))):
            file.write(_period(sentence, number, every_s, rate_hz, late=source == "call"))
    return path


def _period(
    sentence: NDArray[np.float32], number: int, every_s: float, rate_hz: int, *, late: bool
) -> NDArray[np.float32]:
    """Return the audio from one sentence to the next; its ends are rounded so that no error accumulates."""
    length = round((number + 1) * every_s * rate_hz) - round(number * every_s * rate_hz)
    at = round((_SENTENCE_S + _APART_S) * rate_hz) if late else rate_hz
    sound = np.zeros(length, np.float32)
    sound[at : at + len(sentence)] = sentence[: max(length - at, 0)]
    return sound


def _summary(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
