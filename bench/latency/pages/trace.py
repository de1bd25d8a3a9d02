"""Exports a measurement as a timeline for ui.perfetto.dev (Chrome's trace event format).

Each source has its lanes; times are on the source's clock, so 0 is when its first sample was due. A
speculative pass is drawn from its pause, because its true start is not published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.latency.live import Measurement
from bench.latency.timeline import Turn
from bench.latency.utterances import TranscribedUtterance, fold

Event = dict[str, Any]

LANES = ("truth", "speech", "pauses", "wait", "passes", "partials", "finals")


def write_trace(path: Path, measurement: Measurement) -> None:
    """Write the last run's timeline."""
    events = trace(measurement.timeline.turns, fold(measurement.playbacks[-1].received))
    path.write_bytes(msgspec.json.encode({"traceEvents": events, "displayTimeUnit": "ms"}))


def trace(turns: Sequence[Turn], transcribed: Sequence[TranscribedUtterance]) -> list[Event]:
    """Return the events of the timeline."""
    sources = sorted({turn.source for turn in turns} | {each.source for each in transcribed})
    numbers = {source: number for number, source in enumerate(sources, 1)}
    events: list[Event] = []
    for source, number in numbers.items():
        events.append({"ph": "M", "pid": number, "name": "process_name", "args": {"name": source}})
        for lane, name in enumerate(LANES):
            about = {"ph": "M", "pid": number, "tid": lane}
            events.append({**about, "name": "thread_name", "args": {"name": name}})
            events.append({**about, "name": "thread_sort_index", "args": {"sort_index": lane}})
    for turn in turns:
        name = turn.text or turn.kind
        events.append(_span(numbers[turn.source], "truth", turn.start_s, turn.end_s, name, id=turn.id))
    for each in transcribed:
        events += _utterance(numbers[each.source], each)
    return events


def _utterance(process: int, each: TranscribedUtterance) -> Iterable[Event]:
    name = f"utterance {each.number}"
    yield _span(process, "speech", each.start_s, each.quiet_s, name, closed=each.ended)
    for quiet_s, resumed_s in each.pauses:
        yield _span(process, "pauses", quiet_s, resumed_s, "pause")
    if each.cause == "silence":
        yield _span(process, "wait", each.quiet_s, each.decided_s, each.reason or "wait")
    for partial in each.partials:
        yield _moment(process, "partials", partial.received_s, partial.text, settled=partial.stable_words)
    if final := each.final:
        began_s = final.logged_s - final.compute_ms / 1000
        if final.speculative:
            began_s = min(began_s, each.quiet_s)
        yield _span(
            process,
            "passes",
            began_s,
            began_s + final.compute_ms / 1000,
            "speculative pass" if final.speculative else "final pass",
            queue_ms=final.queue_ms,
            retried=final.retried,
            passes=each.passes,
            wasted=each.wasted_passes,
        )
        yield _moment(process, "finals", final.received_s, final.text, logged_s=final.logged_s)


def _span(process: int, lane: str, start_s: float, stop_s: float, name: str, **about: Any) -> Event:
    length_us = max(stop_s - start_s, 0.0) * 1e6
    place = {"ph": "X", "pid": process, "tid": LANES.index(lane), "ts": start_s * 1e6, "dur": length_us}
    return {**place, "name": name, "cat": lane, "args": about}


def _moment(process: int, lane: str, at_s: float, name: str, **about: Any) -> Event:
    place = {"ph": "i", "s": "t", "pid": process, "tid": LANES.index(lane), "ts": at_s * 1e6}
    return {**place, "name": name, "cat": lane, "args": about}
