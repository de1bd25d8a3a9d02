"""Writes spans in Chrome's trace event format, which ui.perfetto.dev opens. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from session.trace.spans import Span

_PROCESS = 1
_REMARK = "Times and numbers only: no audio, no words, no names of hosts or models."

Event = dict[str, Any]


def chrome_trace(spans: Sequence[Span], *, version: str) -> bytes:
    """Return the trace as JSON.

    Args:
        spans: The spans, ordered by their start.
        version: The program's version.
    """
    zero_ns = min((span.start_ns for span in spans), default=0)
    lanes = _Lanes()
    bars = [_bar(span, lanes.lane(span), zero_ns) for span in spans]
    document = {
        "traceEvents": [*_metadata(lanes.names), *bars],
        "displayTimeUnit": "ms",
        "otherData": {"program": f"cuecard {version}", "content": _REMARK},
    }
    return msgspec.json.encode(document)


class _Lanes:
    """Places spans so that none overlap in a lane: a track gets a second lane where two of its spans do."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._free_ns: dict[str, list[tuple[int, int]]] = {}
        """By track: number of each lane, and when it is free."""

    def lane(self, span: Span) -> int:
        """Return the number of the lane of a span that starts no earlier than those before it."""
        lanes = self._free_ns.setdefault(span.track, [])
        for at, (lane, free_ns) in enumerate(lanes):
            if free_ns <= span.start_ns:
                lanes[at] = lane, span.stop_ns
                return lane
        self.names.append(span.track if not lanes else f"{span.track} ({len(lanes) + 1})")
        lanes.append((len(self.names), span.stop_ns))
        return len(self.names)


def _metadata(names: Sequence[str]) -> list[Event]:
    """Return the events that name the lanes, in alphabetical order."""
    order = {name: number for number, name in enumerate(sorted(names))}
    events: list[Event] = [_about("process_name", 0, {"name": "cuecard"})]
    for lane, name in enumerate(names, 1):
        events.append(_about("thread_name", lane, {"name": name}))
        events.append(_about("thread_sort_index", lane, {"sort_index": order[name]}))
    return events


def _about(name: str, lane: int, arguments: Event) -> Event:
    return {"ph": "M", "pid": _PROCESS, "tid": lane, "ts": 0, "name": name, "args": arguments}


def _bar(span: Span, lane: int, zero_ns: int) -> Event:
    return {
        "ph": "X",
        "pid": _PROCESS,
        "tid": lane,
        "ts": (span.start_ns - zero_ns) / 1000,
        "dur": (span.stop_ns - span.start_ns) / 1000,
        "name": span.name,
        "cat": span.track.partition(":")[0],
        "args": dict(span.numbers),
    }
