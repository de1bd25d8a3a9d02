"""Measures the ring: cost of a read, and torn reads with a racing writer.

Every sample's value encodes its position, so a reader can verify each read.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
import timeit
from pathlib import Path
from typing import Any

import numpy as np

from bench.harness.report import show
from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from bus.ring.reader import AudioRing
from bus.ring.writer import RingWriter

_READERS = 3
_READ_SAMPLES = 320
_WRITE_SAMPLES = 160


def measure(seconds: float, speed: float) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as directory:
        address = Path(directory) / "ring"
        read_us, write_us = _costs(address)
        counts = _race(address, seconds, speed)
    accepted, wrong, refused, torn = (sum(column) for column in zip(*counts, strict=True))
    show(
        "ring",
        [
            ("20 ms read", f"{read_us:.1f} µs"),
            ("10 ms write", f"{write_us:.1f} µs"),
            (f"{_READERS} readers, {seconds:.0f} s at {speed:.0f} times real time", ""),
            ("  reads accepted", f"{accepted}"),
            ("  of those wrong", f"{wrong}"),
            ("  torn copies detected and discarded", f"{torn}"),
            ("  reads rejected as overwritten", f"{refused}"),
        ],
        {
            "read_20ms_us": read_us,
            "write_10ms_us": write_us,
            "accepted": accepted,
            "wrong": wrong,
            "torn_found": torn,
            "refused": refused,
        },
    )


def pattern(start_sample: int, count: int) -> Samples:
    """Return samples whose values encode their position."""
    at = np.arange(start_sample, start_sample + count, dtype=np.int64)
    return ((at * 7919 + at // 65_521) % 65_536 - 32_768).astype(np.int16)


def _costs(address: Path) -> tuple[float, float]:
    with RingWriter(address, first_sample_ns=0) as writer, AudioRing.attach(address) as reader:
        writer.write(pattern(0, 30 * SAMPLE_RATE))
        block = pattern(0, _WRITE_SAMPLES)
        reads, writes = 50_000, 1_000
        read_s = min(
            timeit.repeat(lambda: reader.read(77_777, 77_777 + _READ_SAMPLES), number=reads, repeat=5)
        )
        write_s = min(timeit.repeat(lambda: writer.write(block), number=writes, repeat=5))
    return read_s / reads * 1e6, write_s / writes * 1e6


def _race(address: Path, seconds: float, speed: float) -> list[tuple[int, int, int, int]]:
    spawn = multiprocessing.get_context("spawn")
    results: Any = spawn.Queue()
    stop = spawn.Event()
    # A ring of two seconds is overwritten 25 times a second at this speed: the race is intended.
    with RingWriter(address, first_sample_ns=0, seconds=2.0) as writer:
        readers = [
            spawn.Process(target=_read_all_the_time, args=(address, stop, results, lag))
            for lag in (0.02, 1.0, 1.99)
        ]
        for reader in readers:
            reader.start()
        _write_paced(writer, seconds, speed)
        stop.set()
        counts = [results.get(timeout=30) for _ in readers]
        for reader in readers:
            reader.join(10)
    return counts


def _write_paced(writer: RingWriter, seconds: float, speed: float) -> None:
    started_s = time.monotonic()
    at = 0
    while (elapsed_s := time.monotonic() - started_s) < seconds:
        due = int(elapsed_s * speed * SAMPLE_RATE)
        while at < due:
            writer.write(pattern(at, _WRITE_SAMPLES))
            at += _WRITE_SAMPLES
        time.sleep(0.0005)


def _read_all_the_time(address: Path, stop: Any, results: Any, lag_s: float) -> None:
    """Read `lag_s` behind the writer; a reader nearly a whole ring behind is always overtaken."""
    accepted = wrong = refused = 0
    with AudioRing.attach(address, timeout_s=20) as ring:
        while not stop.is_set():
            start = ring.written_sample - max(int(lag_s * SAMPLE_RATE), _READ_SAMPLES)
            if start < 0:
                continue
            try:
                samples = ring.read(start, start + _READ_SAMPLES)
            except Overrun:
                refused += 1
                continue
            accepted += 1
            wrong += not np.array_equal(samples, pattern(start, _READ_SAMPLES))
        results.put((accepted, wrong, refused, ring.torn_reads))
