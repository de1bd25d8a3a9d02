"""Micro-benchmarks of hot paths: `pytest bench` (pytest-benchmark).

No time is asserted; compare two runs with `pytest-benchmark compare`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.parts.ring import pattern
from bus.audio import SAMPLE_RATE
from bus.messages import SpeechEnded, decode, encode
from bus.ring.reader import AudioRing
from bus.ring.writer import RingWriter
from stt.engines.mel import MelFrontEnd
from vad.detectors import make_detector
from vad.gate import SpeechGate
from vad.settings import VadSettings

Benchmark = Callable[..., Any]


def test_read_20_ms_from_the_ring(benchmark: Benchmark, tmp_path: Path) -> None:
    with RingWriter(tmp_path / "r", first_sample_ns=0) as writer, AudioRing.attach(tmp_path / "r") as ring:
        writer.write(pattern(0, 10 * SAMPLE_RATE))
        benchmark(ring.read, 77_777, 78_097)


def test_write_10_ms_to_the_ring(benchmark: Benchmark, tmp_path: Path) -> None:
    with RingWriter(tmp_path / "r", first_sample_ns=0) as writer:
        benchmark(writer.write, pattern(0, 160))


def test_judge_a_window_with_silero(benchmark: Benchmark) -> None:
    detector = make_detector(VadSettings())
    benchmark(detector.speech_probabilities, pattern(0, detector.window_samples))


def test_take_a_window_into_the_gate(benchmark: Benchmark) -> None:
    gate = SpeechGate("mic", VadSettings())
    starts = iter(range(0, 1 << 40, 512))

    def take() -> None:
        start = next(starts)
        gate.update(start, start + 512, 0.1)

    benchmark(take)


def test_mel_of_five_seconds(benchmark: Benchmark) -> None:
    front_end = MelFrontEnd(80)
    benchmark(front_end, np.random.default_rng(0).integers(-9000, 9000, 5 * SAMPLE_RATE).astype(np.int16))


def test_an_event_over_the_wire(benchmark: Benchmark) -> None:
    event = SpeechEnded(
        source="mic",
        utterance=1,
        start_sample=0,
        quiet_sample=1,
        stop_sample=2,
        decided_sample=3,
        cause="silence",
    )
    benchmark(lambda: decode(encode(event)))
