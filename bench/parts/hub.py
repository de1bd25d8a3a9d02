"""Measures the hub: latency of an event from one process to a subscriber in another."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from bench.harness.report import show
from bus.client import HubClient
from bus.failures import StageFailure
from bus.messages import AnswerStreamed
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.run import RUN_VARIABLE, Run
from session.run.end.statistics import percentile


def measure(events: int, rate: float) -> None:
    """Measure and print."""
    run = Run.create({})
    env = {**os.environ, RUN_VARIABLE: str(run.directory), SUPERVISOR_VARIABLE: str(os.getpid())}
    hub = subprocess.Popen([sys.executable, "-m", "bus"], env=env)
    try:
        latencies_ms = _latencies_ms(run, events, rate)
    finally:
        hub.terminate()
        hub.wait(10)
        run.remove()
    figures = {f"p{share}_ms": percentile(latencies_ms, share / 100) for share in (50, 95, 99, 100)}
    rows = [
        (name.removesuffix("_ms").replace("p100", "max"), f"{value:.3f} ms")
        for name, value in figures.items()
    ]
    rows.insert(0, ("events", f"{len(latencies_ms)} of {events} at {rate:.0f} a second"))
    show("hub", rows, {"events": len(latencies_ms), **figures})


def _latencies_ms(run: Run, events: int, rate: float) -> list[float]:
    with (
        HubClient("llm", run) as publisher,
        HubClient("view", run, kinds=frozenset({AnswerStreamed})) as subscriber,
    ):
        if not publisher.poll(timeout_s=10):
            raise StageFailure("the hub did not start")
        latencies_ms: list[float] = []
        publishing = threading.Thread(target=_say_paced, args=(publisher, events, rate))
        publishing.start()
        give_up = time.monotonic() + events / rate + 10
        while len(latencies_ms) < events and time.monotonic() < give_up:
            for logged in subscriber.poll(0.1):
                assert isinstance(logged.event, AnswerStreamed)
                latencies_ms.append((time.monotonic_ns() - logged.event.received_ns) / 1e6)
        publishing.join()
    return latencies_ms


def _say_paced(publisher: HubClient, events: int, rate: float) -> None:
    started_s = time.monotonic()
    for number in range(events):
        wait_s = started_s + number / rate - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        publisher.publish(AnswerStreamed(question=1, delta="word ", received_ns=time.monotonic_ns()))
