"""Measures long sessions and stalls: growth of lag and memory, losses, and time to recover.

Plays the shipped interview repeatedly. Lag is from the end of the endpointing wait to the final at the
consumer.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from bench.harness.consumer import Playback, Received, run_session
from bench.harness.process_tree import ProcessTree
from bench.harness.report import show
from bench.latency.utterances import TranscribedUtterance, fold
from bus.audio import SAMPLE_RATE
from livebench.scoring.intervals import quantile
from session.run.start.demo import DEMO

STALL_S = 5.0
_SAMPLE_EVERY_NS = 10_000_000_000
_WELL_BELOW_S = 0.25
"""Limit of the lag in a healthy session."""


@dataclass
class _Observer:
    """Samples memory, and stops a stage for a while during the session."""

    stall_after_s: float | None
    memory_mb: list[dict[str, float]] = field(default_factory=list)
    stalled_at_ns: int = 0
    _stt_pid: int = 0
    _began_ns: int = 0

    def on_line(self, received: Received, tree: ProcessTree) -> None:
        """Process a line of output, and check the clock."""
        event, now_ns = received.event, received.received_ns
        if event["type"] == "StageStarted" and event["stage"] == "stt":
            self._stt_pid = event["pid"]
        elif event["type"] == "ReplayStarted":
            self._began_ns = now_ns
        if self._began_ns and now_ns - self._began_ns > len(self.memory_mb) * _SAMPLE_EVERY_NS:
            self.memory_mb.append(tree.resident_mb())
        due = self.stall_after_s is not None and now_ns - self._began_ns > self.stall_after_s * 1e9
        if due and self._began_ns and not self.stalled_at_ns and event["type"] == "SpeechStarted":
            self.stalled_at_ns = now_ns
            os.kill(self._stt_pid, signal.SIGSTOP)
            threading.Timer(STALL_S, _resume, [self._stt_pid]).start()


def _resume(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # the supervisor has started another one meanwhile
        os.kill(pid, signal.SIGCONT)


def measure(minutes: float, *, stall: bool) -> None:
    """Play, and print lag and memory early and late; with `stall`, the effect of five seconds without stt."""
    observer = _Observer(minutes * 60 / 2 if stall else None)
    with tempfile.TemporaryDirectory() as directory:
        files = _recordings(Path(directory), minutes)
        playback = run_session(files, ["--answer", "off"], observer.on_line)
    figures = evaluate(playback, observer.memory_mb, observer.stalled_at_ns)
    show("endurance", [(name, _summary(value)) for name, value in figures.items()], figures)


def evaluate(
    playback: Playback, memory_mb: Sequence[dict[str, float]], stalled_at_ns: int = 0
) -> dict[str, object]:
    """Return the figures of a session.

    Args:
        playback: Its events.
        memory_mb: Memory of each stage, every ten seconds.
        stalled_at_ns: Time at which stt was stopped for `STALL_S`; 0 if it was not.
    """
    utterances = fold(playback.received)
    lags_s = [_lag_s(each) for each in utterances if each.final]
    fifth = max(1, len(lags_s) // 5)
    early, late = memory_mb[min(6, len(memory_mb) - 1)], memory_mb[-1]
    figures: dict[str, object] = {
        "utterances": len(utterances),
        "without_words": sum(each.ended == "UtteranceDiscarded" for each in utterances),
        "lost": _lost(playback),
        "lag_first_fifth_p50_s": quantile(lags_s[:fifth], 0.5),
        "lag_last_fifth_p50_s": quantile(lags_s[-fifth:], 0.5),
        "lag_first_fifth_p95_s": quantile(lags_s[:fifth], 0.95),
        "lag_last_fifth_p95_s": quantile(lags_s[-fifth:], 0.95),
        "memory_after_a_minute_mb": sum(early.values()),
        "memory_at_the_end_mb": sum(late.values()),
        "grown_mb": {stage: late[stage] - early.get(stage, 0.0) for stage in late},
        "stages_started": sum(each.event["type"] == "StageStarted" for each in playback.received),
        "replay_late_p99_ms": playback.late_p99_ms,
    }
    if stalled_at_ns:
        figures["recovery_s"] = _recovery_s(playback, utterances, stalled_at_ns)
    return figures


def _recordings(place: Path, minutes: float) -> dict[str, Path]:
    files = {}
    for source in ("call", "mic"):
        samples = soundfile.read(DEMO / f"{source}.flac", dtype="int16")[0]
        times = max(1, round(minutes * 60 * SAMPLE_RATE / len(samples)))
        files[source] = place / f"{source}.wav"
        soundfile.write(files[source], np.tile(samples, times), SAMPLE_RATE)
    return files


def _lag_s(utterance: TranscribedUtterance) -> float:
    assert utterance.final
    return utterance.final.received_s - utterance.decided_s


def _lost(playback: Playback) -> int:
    """Count the utterances that ended without an outcome or were lost."""
    kinds = [each.event["type"] for each in playback.received]
    accounted = kinds.count("FinalTranscribed") + kinds.count("UtteranceDiscarded")
    return kinds.count("SpeechEnded") - accounted


def _recovery_s(playback: Playback, utterances: Sequence[TranscribedUtterance], stalled_at_ns: int) -> float:
    """Return the time from the end of the stall to the last late final; 0 if none was late by then."""
    zero_ns = min(
        each.event["first_sample_ns"] for each in playback.received if each.event["type"] == "CaptureStarted"
    )
    over_s = (stalled_at_ns - zero_ns) / 1e9 + STALL_S
    late_s: list[float] = [
        each.final.received_s for each in utterances if each.final and _lag_s(each) > _WELL_BELOW_S
    ]
    after_s: list[float] = [at_s - over_s for at_s in late_s if abs(at_s - over_s) < 30]
    return max([0.0, *after_s])


def _summary(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{stage} {grown:+.1f}" for stage, grown in value.items())
    return f"{value:.3f}" if isinstance(value, float) else str(value)
