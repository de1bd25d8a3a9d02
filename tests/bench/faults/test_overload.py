"""Evaluation of a session under load, and the load itself."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import psutil

from bench.faults.overload import Slowed, evaluate
from bench.harness.consumer import Playback, Received
from bus.audio import SAMPLE_RATE
from tests.support.waiting import wait_until

_S_NS = 1_000_000_000


def _at(at_s: float, kind: str, utterance: int, **more: Any) -> Received:
    base = {"type": kind, "source": "mic", "utterance": utterance, "logged_ns": round(at_s * _S_NS)}
    return Received(round(at_s * _S_NS), {**base, **more})


def _utterance(number: int, ended_s: float, final_s: float) -> list[Received]:
    place = {"start_sample": round((ended_s - 2) * SAMPLE_RATE), "quiet_sample": round(ended_s * SAMPLE_RATE)}
    ended = {**place, "decided_sample": round(ended_s * SAMPLE_RATE), "cause": "silence"}
    cost = {"text": "yes", "speculative": True, "retried": False, "queue_ms": 0.0, "compute_ms": 1.0}
    return [
        _at(ended_s, "SpeechEnded", number, **ended),
        _at(final_s, "FinalTranscribed", number, **place, **cost),
    ]


def test_lag_waiting_and_recovery_are_read_off_the_log() -> None:
    started = Received(0, {"type": "CaptureStarted", "source": "mic", "first_sample_ns": 0})
    lines = [
        *_utterance(1, 5, 5.1),
        *_utterance(2, 15, 19),
        *_utterance(3, 18, 21.5),
        *_utterance(4, 25, 25.1),
    ]
    received = [started, *sorted(lines, key=lambda each: each.received_ns)]
    figures = evaluate(Playback(received, {}), 10 * _S_NS, 20 * _S_NS, [100.0, 100.0, 104.0])
    assert figures["finals_under_load"] == 2
    assert figures["lag_max_s"] == 4.0
    assert figures["most_waiting"] == 2
    assert figures["words_lost"] == 0
    assert figures["recovery_s"] == 1.5
    assert figures["stt_grown_mb"] == 4.0


def test_a_slowed_process_runs_freely_afterwards() -> None:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        watched = psutil.Process(process.pid)
        slowed = Slowed(process.pid, 0.1)
        wait_until(lambda: watched.status() == psutil.STATUS_STOPPED)
        slowed.end()
        wait_until(lambda: watched.status() == psutil.STATUS_RUNNING)
    finally:
        process.kill()
        process.wait(10)
