"""Builds what may be saved of a session: record, statistics and date."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from session.run.end.statistics import Statistics, percentile
from session.transcript.record import Record
from session.transcript.saved_session import Latency, SavedSession


def start_time(started_ns: int | None) -> datetime:
    """Return the date and time of a monotonic time in the past; now for None.

    Call it early: sleep of the machine in between does not count.
    """
    now = datetime.now().astimezone()
    return (
        now if started_ns is None else now - timedelta(microseconds=(time.monotonic_ns() - started_ns) / 1000)
    )


def saved_session(
    record: Record, statistics: Statistics, started: datetime, *, at_real_pace: bool = True
) -> SavedSession:
    """Return what may be saved of a session.

    Args:
        record: What was said, asked and answered.
        statistics: Its latencies.
        started: Date and time of its start.
        at_real_pace: Whether latencies of transcripts are valid; for recordings played faster they are not.
    """
    return record.result(
        started=started,
        final_latency=_latency(statistics.final_latencies_s) if at_real_pace else None,
        first_token_latency=_latency(statistics.first_token_latencies_s),
    )


def _latency(values_s: Sequence[float]) -> Latency | None:
    p50, p95 = percentile(values_s, 0.5), percentile(values_s, 0.95)
    if p50 is None or p95 is None:
        return None
    return Latency(count=len(values_s), p50_s=round(p50, 3), p95_s=round(p95, 3))
