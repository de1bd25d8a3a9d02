"""Measures the cost of sandboxes: session start and wait for finals.

Sessions with and without sandboxes alternate, each kind first equally often, so that other load affects both
alike.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import soundfile

from bench.harness.consumer import Playback, run_session
from bench.harness.environment import environment
from bench.harness.report import show
from bench.latency.live import Plan, find_references
from bench.latency.scores import score
from bench.latency.timeline import demo_timeline
from bench.latency.utterances import fold
from bus.audio import SAMPLE_RATE
from session import settings as all_settings

MODULES = {"sandboxed": "session", "unsandboxed": "bench.faults.unsandboxed"}
_LISTENING = ("capture:", "vad:", "stt")
_OPTIONS = ("--answer", "off", "--view", "none")


@dataclass
class Costs:
    """Measured times, by kind of session."""

    starts_s: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in MODULES})
    """From starting the program to its stages being ready."""
    waits_s: dict[str, list[list[float]]] = field(default_factory=lambda: {side: [] for side in MODULES})
    """From the true end of speech to the final, for each run."""

    @property
    def start_cost_ms(self) -> float:
        """Additional start time with sandboxes, median."""
        return (median(self.starts_s["sandboxed"]) - median(self.starts_s["unsandboxed"])) * 1000

    @property
    def wait_ratio(self) -> float:
        """Ratio of the waits for finals with and without sandboxes, median over all utterances."""
        sandboxed, unsandboxed = (median(np.concatenate(self.waits_s[side])) for side in MODULES)
        return float(sandboxed / unsandboxed)


def measure(runs: int, starts: int) -> None:
    """Measure and print.

    Args:
        runs: How often each kind plays the shipped interview.
        starts: How often each kind is only started.
    """
    costs = Costs()
    _measure_starts(costs, starts)
    if runs:
        _measure_waits(costs, runs)
    rows, figures = [], {}
    if starts:
        rows += _rows("start to ready", costs.starts_s, 1.0, "s")
        rows.append(("  the sandboxes cost", f"{costs.start_cost_ms:.0f} ms (300 ms at most)"))
        figures["start_cost_ms"] = costs.start_cost_ms
    if runs:
        pooled = {side: [wait for each in waits for wait in each] for side, waits in costs.waits_s.items()}
        rows += _rows("end of speech to final", pooled, 1000.0, "ms")
        rows.append(("  the sandboxes cost", f"{(costs.wait_ratio - 1) * 100:+.1f} % (3 % at most)"))
        figures["wait_ratio"] = costs.wait_ratio
    surroundings = environment(all_settings.load(None, {}).tables())
    measured = {"starts_s": costs.starts_s, "waits_s": costs.waits_s}
    show("sandbox", rows, {**figures, **measured, **surroundings})


def _measure_starts(costs: Costs, starts: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        files = {source: Path(directory) / f"{source}.wav" for source in ("call", "mic")}
        for file in files.values():
            soundfile.write(file, np.zeros(SAMPLE_RATE // 2, np.int16), SAMPLE_RATE)
        for side in _in_turn(starts):
            began_ns = time.monotonic_ns()
            playback = run_session(files, _OPTIONS, module=MODULES[side])
            costs.starts_s[side].append((_listening_ns(playback) - began_ns) / 1e9)


def _measure_waits(costs: Costs, runs: int) -> None:
    timeline = demo_timeline()
    references = find_references(timeline, Plan())
    with tempfile.TemporaryDirectory() as directory:
        files = timeline.write(Path(directory))
        for side in _in_turn(runs):
            playback = run_session(files, _OPTIONS, module=MODULES[side])
            scores, _ = score(timeline.turns, references, fold(playback.received))
            costs.waits_s[side].append([wait for each in scores for wait in each.latencies_s])


def _in_turn(times: int) -> Iterator[str]:
    """Yield each kind so often: forth, back, forth."""
    for number in range(times):
        for side in list(MODULES)[:: -1 if number % 2 else 1]:
            print(f"bench: {side}, {number + 1} of {times}", file=sys.stderr, flush=True)
            yield side


def _listening_ns(playback: Playback) -> int:
    """Return the time at which every audio stage was ready."""
    ready = (each.event for each in playback.received if each.event["type"] == "StageReady")
    return max(int(event["logged_ns"]) for event in ready if event["stage"].startswith(_LISTENING))


def _rows(label: str, values: dict[str, list[float]], factor: float, unit: str) -> list[tuple[str, str]]:
    digits = 0 if factor > 1 else 2
    reported = ((side, [value * factor for value in each]) for side, each in values.items())
    return [
        (f"{label}, {side}", f"{median(each):.{digits}f} {unit} in the median of {len(each)}")
        for side, each in reported
    ]
