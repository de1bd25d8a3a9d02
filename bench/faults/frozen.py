"""Measures whether a frozen overlay affects other stages, and whether it catches up.

Runs a hub, the real overlay offscreen, and a publisher of 200 events per second with one subscriber. The
overlay is stopped in the middle; its heartbeats report its progress.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.harness.report import show
from bus.client import HubClient
from bus.failures import StageFailure
from bus.messages import AnswerStreamed, Event, Heartbeat, StageReady
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.run import RUN_VARIABLE, Run
from session.run.end.statistics import percentile
from session.settings import SCHEMA

_RATE_HZ = 200
_CAUGHT_UP_WITHIN_S = 60.0


def measure(seconds: float) -> None:
    """Measure with a running overlay and with a frozen one, and print."""
    run = Run.create({name: kind() for name, kind in SCHEMA.items()})
    try:
        with _stage(run, "bus"), _stage(run, "overlay") as overlay:
            figures = _figures(run, overlay, seconds)
    finally:
        run.remove()
    show("frozen overlay", [(name, f"{value:.3f}") for name, value in figures.items()], figures)


def _figures(run: Run, overlay: subprocess.Popen[bytes], seconds: float) -> dict[str, float]:
    count = round(seconds * _RATE_HZ)
    with HubClient("session", run, kinds=frozenset({Heartbeat, StageReady})) as watch:
        _wait(watch, lambda event: isinstance(event, StageReady) and event.stage == "overlay")
        before_ms = _latencies_ms(run, count, 0)
        os.kill(overlay.pid, signal.SIGSTOP)
        frozen_ms = _latencies_ms(run, count, count)
        os.kill(overlay.pid, signal.SIGCONT)
        thawed_s = time.monotonic()
        # The hub's and the overlay's own events are numbered too.
        _wait(watch, lambda event: isinstance(event, Heartbeat) and event.processed_seq >= 2 * count + 2)
    p50 = [percentile(values, 0.5) or 0.0 for values in (before_ms, frozen_ms)]
    p99 = [percentile(values, 0.99) or 0.0 for values in (before_ms, frozen_ms)]
    return {
        "events_while_frozen": len(frozen_ms),
        "before_p50_ms": p50[0],
        "frozen_p50_ms": p50[1],
        "ratio_p50": p50[1] / p50[0],
        "before_p99_ms": p99[0],
        "frozen_p99_ms": p99[1],
        "all_there_after_thaw_s": time.monotonic() - thawed_s,
    }


def _latencies_ms(run: Run, count: int, said_before: int) -> list[float]:
    """Return the latency of each event from one process to another."""
    with (
        HubClient("llm", run) as publisher,
        HubClient("view", run, kinds=frozenset({AnswerStreamed})) as subscriber,
    ):
        publishing = threading.Thread(target=_say_paced, args=(publisher, count))
        left, values = said_before, list[float]()
        while left > 0:
            left -= len(subscriber.poll(1.0))
        publishing.start()
        while len(values) < count:
            for logged in subscriber.poll(1.0):
                assert isinstance(logged.event, AnswerStreamed)
                values.append((time.monotonic_ns() - logged.event.received_ns) / 1e6)
        publishing.join()
    return values


def _say_paced(publisher: HubClient, count: int) -> None:
    started_s = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, started_s + number / _RATE_HZ - time.monotonic()))
        publisher.publish(AnswerStreamed(question=1, delta="word ", received_ns=time.monotonic_ns()))


def _wait(watch: HubClient, seen: Callable[[Event], bool]) -> None:
    give_up = time.monotonic() + _CAUGHT_UP_WITHIN_S
    while time.monotonic() < give_up:
        if any(seen(logged.event) for logged in watch.poll(0.1)):
            return
    raise StageFailure("the overlay did not catch up")


@contextmanager
def _stage(run: Run, module: str) -> Iterator[subprocess.Popen[bytes]]:
    own = {RUN_VARIABLE: str(run.directory), SUPERVISOR_VARIABLE: str(os.getpid())}
    process = subprocess.Popen(
        [sys.executable, "-m", module], env={**os.environ, **own, "QT_QPA_PLATFORM": "offscreen"}
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait(10)
