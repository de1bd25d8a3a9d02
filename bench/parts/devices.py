"""Measures live capture with PulseAudio: latency, losses, and recovery after unplugging and restarts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench.harness.report import show
from bench.parts.sound_server import MICROPHONE, BenchServer, noise
from bus.audio import SAMPLE_RATE, Samples
from bus.client import HubClient
from bus.messages import AudioLost, Logged, ProblemReported, StageReady
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.ring.reader import AudioRing
from bus.run import RUN_VARIABLE, Run
from capture.devices.device import Device
from capture.devices.pulse_stream import PulseStream
from capture.settings import CaptureSettings
from livebench.playing.load import busy_cores
from livebench.scoring.intervals import quantile

E = TypeVar("E")
_SOURCE = "mic"
_LIMIT_S = 20.0
_SETTLE_S = 1.5
_PIECE = SAMPLE_RATE // 2
_CALLBACKS_S = 30.0


class TimedStream(PulseStream):
    """A stream that times its callback."""

    def __init__(self, device: Device) -> None:
        self.took_us: list[float] = []
        super().__init__(device)

    def _read(self, stream: int, size: int, data: None) -> None:
        began_s = time.perf_counter()
        super()._read(stream, size, data)
        self.took_us.append((time.perf_counter() - began_s) * 1e6)


class Capturing:
    """A hub and the capture stage of the microphone.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._view, self._session = HubClient("view", run), HubClient("session", run)
        self._logged: list[Logged] = []
        self.wait_for(lambda: any(each.stage == f"capture:{_SOURCE}" for each in self.events(StageReady)))
        self.ring = AudioRing.attach(run.ring_address(_SOURCE))

    def events(self, kind: type[E]) -> list[E]:
        """Return the events of one kind so far."""
        self._logged += self._view.poll(0.0)
        self._session.poll()
        return [each.event for each in self._logged if isinstance(each.event, kind)]

    def wait_for(self, condition: Callable[[], bool]) -> float:
        """Wait until something is so; return how long that took, in seconds."""
        began_s = time.monotonic()
        while not condition():
            if time.monotonic() > began_s + _LIMIT_S:
                raise TimeoutError("it did not happen")
            time.sleep(0.002)
        return time.monotonic() - began_s


def measure(minutes: float, times: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="cc") as directory:
        server = BenchServer(Path(directory))
        try:
            os.environ.update(server.environment)
            callbacks_us = _callbacks(server)
            with _capturing(Path(directory), server) as capturing:
                unplugged, clock_ms = _unplugs(server, capturing, times)
                restarted = _restarts(server, capturing, times)
            with _capturing(Path(directory), server) as capturing:
                delays_ms, lost = _delays(server, capturing, minutes * 60)
        finally:
            server.kill()
    told_s, back_s = zip(*unplugged, strict=True)
    show(
        "devices",
        [
            (f"callback, {_CALLBACKS_S:.0f} s", f"p99 {quantile(callbacks_us, 0.99):.0f} µs"),
            (f"ADC to ring, {minutes:g} min beside a busy core", f"p95 {quantile(delays_ms, 0.95):.1f} ms"),
            ("  losses", f"{lost}"),
            (f"microphone unplugged, {times} times: reported after", f"at most {max(told_s):.2f} s"),
            ("  captured again after it is back", f"at most {max(back_s):.2f} s"),
            ("  shift of the clock over the gap", f"at most {max(clock_ms):.1f} ms"),
            (f"server restarted, {times} times: captured again after", f"at most {max(restarted):.2f} s"),
        ],
        {
            "callback_p99_us": quantile(callbacks_us, 0.99),
            "adc_to_ring_p50_ms": quantile(delays_ms, 0.5),
            "adc_to_ring_p95_ms": quantile(delays_ms, 0.95),
            "losses": lost,
            "reported_s": told_s,
            "unplugged_back_s": back_s,
            "clock_shift_ms": clock_ms,
            "restarted_back_s": restarted,
        },
    )


@contextlib.contextmanager
def _capturing(directory: Path, server: BenchServer) -> Iterator[Capturing]:
    """Run the hub and the capture stage as long as the context lasts."""
    os.environ["XDG_RUNTIME_DIR"] = str(directory)
    run = Run.create({"capture": CaptureSettings(sources={_SOURCE: f"device:{MICROPHONE}"})})
    variables = {RUN_VARIABLE: str(run.directory), SUPERVISOR_VARIABLE: str(os.getpid())}
    stages = [
        subprocess.Popen([sys.executable, "-m", *words], env={**os.environ, **variables})
        for words in (("bus",), ("capture", _SOURCE))
    ]
    try:
        yield Capturing(run)
    finally:
        for stage in reversed(stages):
            stage.terminate()
            stage.wait()
        run.remove()


def _callbacks(server: BenchServer) -> list[float]:
    """Return how long each callback took, in microseconds."""
    stream = TimedStream(Device(MICROPHONE, 0, "microphone", True, 48_000, 2, "PulseAudio"))
    with server.playing(noise(_CALLBACKS_S)):
        until_s = time.monotonic() + _CALLBACKS_S
        while time.monotonic() < until_s:
            stream.take()
            time.sleep(0.02)
    stream.close()
    return stream.took_us


def _unplugs(
    server: BenchServer, capturing: Capturing, times: int
) -> tuple[list[tuple[float, float]], list[float]]:
    """Return when each unplugging was reported and over, in seconds, and the shifts of the clock."""
    rounds, shifts_ms = [], []
    for _ in range(times):
        played = noise(3 * _SETTLE_S + 6.0)
        with server.playing(played):
            time.sleep(_SETTLE_S)
            before = _place(capturing.ring, played)
            server.unplug()
            told_s = capturing.wait_for(lambda: _is_away(capturing))
            time.sleep(1.0)
            server.plug()
            back_s = capturing.wait_for(lambda: not _is_away(capturing))
            time.sleep(_SETTLE_S)
            shifts_ms.append(abs(_place(capturing.ring, played) - before) / SAMPLE_RATE * 1000)
        rounds.append((told_s, back_s))
    return rounds, shifts_ms


def _restarts(server: BenchServer, capturing: Capturing, times: int) -> list[float]:
    """Return how long after each restart of the server the microphone was captured again, in seconds."""
    found = []
    for _ in range(times):
        server.kill()
        capturing.wait_for(lambda: _is_away(capturing))
        server.start()
        found.append(capturing.wait_for(lambda: not _is_away(capturing)))
        time.sleep(_SETTLE_S)
    return found


def _is_away(capturing: Capturing) -> bool:
    reports = [each for each in capturing.events(ProblemReported) if each.topic == "device"]
    return bool(reports) and not reports[-1].is_over


def _place(ring: AudioRing, played: Samples) -> int:
    """Return the sample of the ring at which the played audio began, judged by the newest half second."""
    newest = ring.written_sample
    piece = ring.read(newest - _PIECE, newest).astype(float)
    size = len(played) + _PIECE
    spectra = np.fft.rfft(played.astype(float), size) * np.conj(np.fft.rfft(piece, size))
    return newest - _PIECE - int(np.argmax(np.fft.irfft(spectra, size)[: len(played)]))


def _delays(server: BenchServer, capturing: Capturing, seconds: float) -> tuple[list[float], int]:
    """Return how old each millisecond of audio was when it came into the ring, and how much was lost."""
    ring, delays_ms = capturing.ring, list[float]()
    with server.playing(noise(seconds)), busy_cores({0: 1.0}):
        time.sleep(_SETTLE_S)
        at, until_s = ring.written_sample, time.monotonic() + seconds - 2 * _SETTLE_S
        while time.monotonic() < until_s:
            written, now_ns = ring.written_sample, time.monotonic_ns()
            for sample in range(at, written, SAMPLE_RATE // 1000):
                due_ns = ring.first_sample_ns + sample * 1_000_000_000 // SAMPLE_RATE
                delays_ms.append((now_ns - due_ns) / 1e6)
            at = written
            time.sleep(0.0005)
    return delays_ms, len(capturing.events(AudioLost))
