"""Measures overload: delays, losses, whether they are reported, and time to recover.

Loads: a transcriber with a tenth of its CPU time or less; all cores busy; eight sources at once. Plays the
shipped interview; the load starts after `_BEFORE_S`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from bench.harness.consumer import Playback, Received, first_sample_ns, run_session
from bench.harness.process_tree import ProcessTree
from bench.harness.report import show
from bench.latency.utterances import TranscribedUtterance, fold
from bus.audio import SAMPLE_RATE
from livebench.playing.load import busy_cores, usable_cores
from livebench.scoring.intervals import quantile
from session.run.start.demo import DEMO

Load = Literal["slow", "cpu", "sources"]

SOURCES = 8
_BEFORE_S = 10.0
_AFTER_S = 15.0
_SLICE_S = 0.1
_WELL_S = 0.5
"""Limit of the lag in a healthy session on a busy machine."""


class Slowed:
    """A process that may run only a share of its time.

    Args:
        pid: Its process ID.
        share: Share of its time, 0 to 1.
    """

    def __init__(self, pid: int, share: float) -> None:
        self._pid, self._share = pid, share
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._slow)
        self._thread.start()

    def end(self) -> None:
        """Let it run freely again."""
        self._over.set()
        self._thread.join()

    def _slow(self) -> None:
        while not self._over.is_set():
            self._send(signal.SIGSTOP)
            self._over.wait(_SLICE_S * (1 - self._share))
            self._send(signal.SIGCONT)
            self._over.wait(_SLICE_S * self._share)
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # the supervisor has started another one meanwhile
            os.kill(self._pid, number)


@dataclass
class _Observer:
    """Applies the load in the middle of the session, and samples the transcriber's memory."""

    load: Load
    share: float
    seconds: float
    memory_mb: list[float] = field(default_factory=list)
    began_ns: int = 0
    ended_ns: int = 0
    _stt_pid: int = 0
    _undo: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def on_line(self, received: Received, tree: ProcessTree) -> None:
        """Process a line of output."""
        event = received.event
        if event["type"] == "StageStarted" and event["stage"] == "stt":
            self._stt_pid = event["pid"]
        elif event["type"] == "ReplayStarted":
            threading.Timer(_BEFORE_S, self._begin).start()
        self.memory_mb.append(tree.resident_mb().get("stt", 0.0))

    def _begin(self) -> None:
        self.began_ns = time.monotonic_ns()
        if self.load == "slow":
            self._undo.callback(Slowed(self._stt_pid, self.share).end)
        elif self.load == "cpu":
            self._undo.enter_context(busy_cores(dict.fromkeys(usable_cores(), 1.0)))
        timer = threading.Timer(self.seconds, self._end)
        timer.start()

    def _end(self) -> None:
        self._undo.close()
        self.ended_ns = time.monotonic_ns()


def measure(load: Load, seconds: float, *, share: float) -> None:
    """Play, and print the effect of the load.

    Args:
        load: Kind of load.
        seconds: Duration.
        share: The transcriber's share of its time under the load "slow".
    """
    observer = _Observer(load, share, seconds)
    with tempfile.TemporaryDirectory() as directory:
        files = _recordings(Path(directory), _BEFORE_S + seconds + _AFTER_S, many=load == "sources")
        playback = run_session(files, ["--answer", "off"], observer.on_line)
    figures = evaluate(playback, observer.began_ns, observer.ended_ns, observer.memory_mb)
    show(f"overload {load}", [(name, _summary(value)) for name, value in figures.items()], figures)


def evaluate(
    playback: Playback, began_ns: int, ended_ns: int, stt_memory_mb: Sequence[float]
) -> dict[str, object]:
    """Return the figures of a session.

    Args:
        playback: Its events.
        began_ns: Start of the load.
        ended_ns: End of the load.
        stt_memory_mb: Memory of the transcriber, per line of output.
    """
    utterances = fold(playback.received)
    zero_ns = min(first_sample_ns(playback.received).values())
    began_s, ended_s = (began_ns - zero_ns) / 1e9, (ended_ns - zero_ns) / 1e9
    finals = [each for each in utterances if each.final]
    loaded = [each for each in finals if began_s < each.decided_s < ended_s]
    kinds = [each.event["type"] for each in playback.received]
    reported = [each.event["what"] for each in playback.received if each.event["type"] == "ProblemReported"]
    return {
        "utterances": kinds.count("SpeechEnded"),
        "finals_under_load": len(loaded),
        "lag_p50_s": quantile([_lag_s(each) for each in loaded] or [0.0], 0.5),
        "lag_max_s": max((_lag_s(each) for each in loaded), default=0.0),
        "most_waiting": _most_waiting(playback.received),
        "words_lost": kinds.count("UtteranceLost"),
        "audio_lost": kinds.count("AudioLost"),
        "deaths": kinds.count("StageDied"),
        "told": reported,
        "recovery_s": _recovery_s(finals, ended_s),
        "stt_grown_mb": max(stt_memory_mb) - stt_memory_mb[len(stt_memory_mb) // 10],
        "replay_late_p99_ms": playback.late_p99_ms,
    }


def _recovery_s(finals: Sequence[TranscribedUtterance], ended_s: float) -> float:
    """Return the time after the load during which finals were late, up to the first that was not."""
    well_s = 0.0
    for received_s, lag_s in sorted((each.final.received_s, _lag_s(each)) for each in finals if each.final):
        if received_s > ended_s and lag_s <= _WELL_S:
            break
        well_s = max(well_s, received_s - ended_s)
    return well_s


def _most_waiting(received: Sequence[Received]) -> int:
    """Return the largest number of utterances that waited for their finals at the same time."""
    waiting = most = 0
    for each in received:
        kind = each.event["type"]
        waiting += kind == "SpeechEnded"
        waiting -= kind in ("FinalTranscribed", "UtteranceDiscarded", "UtteranceLost")
        most = max(most, waiting)
    return most


def _lag_s(utterance: TranscribedUtterance) -> float:
    assert utterance.final
    return utterance.final.received_s - utterance.decided_s


def _recordings(place: Path, seconds: float, *, many: bool) -> dict[str, Path]:
    """Write the recordings: both sides of the interview, each four times and shifted if `many`."""
    files = {}
    copies = SOURCES // 2 if many else 1
    for side in ("call", "mic"):
        samples = soundfile.read(DEMO / f"{side}.flac", dtype="int16")[0]
        samples = np.resize(samples, round(seconds * SAMPLE_RATE))
        for copy in range(copies):
            name = side if not copy else f"{side}{copy}"
            files[name] = place / f"{name}.wav"
            soundfile.write(files[name], np.roll(samples, copy * 7 * SAMPLE_RATE), SAMPLE_RATE)
    return files


def _summary(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(value) or "nothing"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
