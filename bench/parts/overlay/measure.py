"""Measures the window: time from an event to the painted frame, CPU, memory, start."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

import session
from bench.harness.report import show
from bench.parts.overlay.events import conversation, markdown_words
from bench.parts.overlay.window import is_window_mapped, some_display, window_on
from bus import messages as m
from bus.failures import MachineFailure
from session.run.end.statistics import percentile

_ANSWER_BYTES = 10_000
_RATE = 20
_SETTLE_S = 2.0
_STARTS = 5


def measure(seconds: float, hours: float) -> None:
    """Measure and print, on the present display or one of our own."""
    with some_display() as display:
        painted_ms, streaming, memory_mb = _measure_streaming(display)
        captions, idle = _measure_cpu(display, seconds)
        grown_mb, events = _measure_hours(display, hours)
        starts_s = _measure_starts(display)
    hostile_ms = _measure_hostile()
    rows = [
        (
            "event to painted frame",
            f"p50 {percentile(painted_ms, 0.5):.1f}, p95 {percentile(painted_ms, 0.95):.1f} ms",
        ),
        ("", f"{len(painted_ms)} updates, {_RATE} a second, of an answer of {_ANSWER_BYTES} bytes"),
        (
            "start to window",
            f"{statistics.median(starts_s):.2f} s, of {', '.join(f'{s:.2f}' for s in starts_s)}",
        ),
        ("CPU while it streams", f"{streaming * 100:.1f} % of a core"),
        ("CPU while captions run", f"{captions * 100:.1f} %"),
        ("CPU idle", f"{idle * 100:.1f} %"),
        ("memory", f"{memory_mb:.0f} MB resident"),
        (f"{hours:g} h of session", f"{grown_mb:+.1f} MB after {events} events"),
        ("100 kB of hostile Markdown", f"{hostile_ms:.0f} ms, the worst of several"),
    ]
    figures = {
        "painted_p50_ms": percentile(painted_ms, 0.5),
        "painted_p95_ms": percentile(painted_ms, 0.95),
        "streaming_core_share": streaming,
        "captions_core_share": captions,
        "idle_core_share": idle,
        "rss_mb": memory_mb,
        "grown_mb": grown_mb,
        "starts_s": starts_s,
        "hostile_ms": hostile_ms,
    }
    show("overlay", rows, figures)


def _measure_streaming(display: str) -> tuple[list[float], float, float]:
    """Return times from event to painted frame in ms, the share of a core, and resident memory in MB."""
    with window_on(display) as window:
        process = psutil.Process(window.process.pid)
        question = m.QuestionDetected(
            question=1,
            source="call",
            utterance=1,
            text="What was the hardest part?",
            confidence=1,
            kind="question",
        )
        window.publish(question, "llm")
        time.sleep(_SETTLE_S)
        updates = _ANSWER_BYTES // 50
        began_s, cpu_s = time.monotonic(), _cpu_s(process)
        for number in range(updates):
            _wait_until(began_s + number / _RATE)
            delta = markdown_words(50) + ("\n\n- " if number % 12 == 11 else " ")
            window.publish(m.AnswerStreamed(question=1, delta=delta, received_ns=time.monotonic_ns()), "llm")
        share = (_cpu_s(process) - cpu_s) / (time.monotonic() - began_s)
        time.sleep(0.5)
        memory_mb = process.memory_info().rss / 1e6
        times = window.close()
    return [(painted - logged) / 1e6 for logged, painted in times[-updates + 5 :]], share, memory_mb


def _measure_cpu(display: str, seconds: float) -> tuple[float, float]:
    """Return the share of a core while captions run, and while nothing happens."""
    with window_on(display) as window:
        process = psutil.Process(window.process.pid)
        time.sleep(_SETTLE_S)
        began_s, cpu_s, number = time.monotonic(), _cpu_s(process), 0
        while time.monotonic() < began_s + seconds:
            _wait_until(began_s + number / 10)
            for event, stage in conversation(number):
                window.publish(event, stage)
            number += 1
        captions = (_cpu_s(process) - cpu_s) / (time.monotonic() - began_s)
        time.sleep(_SETTLE_S)
        began_s, cpu_s = time.monotonic(), _cpu_s(process)
        time.sleep(seconds)
        return captions, (_cpu_s(process) - cpu_s) / (time.monotonic() - began_s)


def _measure_hours(display: str, hours: float) -> tuple[float, int]:
    """Return how much memory grows in the second half of a session of many hours, played fast."""
    with window_on(display) as window:
        process = psutil.Process(window.process.pid)
        tenths, events, half_mb = round(hours * 36_000), 0, 0.0
        for number in range(tenths):
            for event, stage in conversation(number, levels=False):
                window.publish(event, stage)
                events += 1
            if number % 200 == 199:
                time.sleep(0.02)
            if number == tenths // 2:
                time.sleep(_SETTLE_S)
                half_mb = process.memory_info().rss / 1e6
        time.sleep(_SETTLE_S)
        return process.memory_info().rss / 1e6 - half_mb, events


def _measure_starts(display: str) -> list[float]:
    """Return the times from the start of `cuecard run` to its mapped window, in seconds."""
    recording = Path(session.__file__).parent / "demo/call.flac"
    command = [sys.executable, "-m", "session", "run", "--json", "--view", "overlay"]
    command += ["--source", f"call=file:{recording}"]
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": ""}
    times: list[float] = []
    for _ in range(_STARTS):
        began_s = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not is_window_mapped(display):
            if time.monotonic() > began_s + 30:
                raise MachineFailure("the window did not open", fix="run `cuecard doctor`")
            time.sleep(0.005)
        times.append(time.monotonic() - began_s)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    return times


def _measure_hostile() -> float:
    """Return the longest time in ms in which the window draws 100 kB of hostile Markdown as an answer."""
    texts = ["[" * 100_000, "> " * 50_000, "**a" * 33_000, "|" * 100_000, "`" * 100_000, "<b>" * 33_000]
    texts += ["*a " * 33_000, "1. " * 33_000, "- " * 50_000, "1. - > " * 14_000]
    code = (
        "from bench.parts.overlay.process import hostile_ms; import sys; print(hostile_ms(sys.stdin.read()))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    times = [
        float(subprocess.run([sys.executable, "-c", code], input=text, env=environment, text=True,
                             check=True, capture_output=True).stdout)
        for text in texts
    ]  # fmt: skip
    return max(times)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _wait_until(at_s: float) -> None:
    time.sleep(max(at_s - time.monotonic(), 0.0))
