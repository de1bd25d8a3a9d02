"""The parts of a latency add up to it."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bench.latency.pages.waterfall import PARTS, waterfall

times = st.floats(0, 100)


@given(times, times, times, times, times, times)
def test_the_parts_sum_to_the_latency(
    end_s: float, quiet_s: float, decided_s: float, told_s: float, logged_s: float, received_s: float
) -> None:
    fall = waterfall(
        end_s=end_s,
        quiet_s=quiet_s,
        decided_s=decided_s,
        decision_logged_s=told_s,
        final_logged_s=logged_s,
        received_s=received_s,
    )
    assert math.isclose(fall.total_ms, (received_s - end_s) * 1000, abs_tol=1e-6)
    assert math.isclose(sum(getattr(fall, part) for part in PARTS), fall.total_ms, abs_tol=1e-6)


def test_each_part_is_where_it_belongs() -> None:
    fall = waterfall(
        end_s=1.0, quiet_s=1.05, decided_s=1.35, decision_logged_s=1.36, final_logged_s=1.4, received_s=1.401
    )
    assert [round(getattr(fall, part)) for part in PARTS] == [50, 300, 10, 40, 1]
