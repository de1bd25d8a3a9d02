from __future__ import annotations

import math

import msgspec
import pytest

from livebench.results.pooling import Result
from livebench.results.regression import matching, ratios
from livebench.scoring.intervals import Spread, spread


def _spread(*values: float) -> Spread:
    found = spread([[value] for value in values])
    assert found
    return found


BEFORE = Result(
    system="toy",
    title="Toy",
    knob="",
    machine="m",
    stream="s",
    load="none",
    node_class="",
    rounds=1,
    void=[],
    worded=4,
    turns=4,
    final_s=_spread(0.40, 0.41, 0.42, 0.43),
    settled_s=_spread(0.4),
    seen_s=_spread(0.20, 0.21, 0.22, 0.23),
    first_after_end_s=_spread(0.2),
    ttfs_s=None,
    ttfs_share=1.0,
    turn_end_s=_spread(0.4),
    turn_end_mean_s=0.4,
    holds=10,
    held_cut=0,
    cut_share=0.0,
    cuts={},
    cuts_left={},
    merged=0,
    wer=0.02,
    wer_then=0.02,
    cpu_s_per_s=0.3,
    peak_rss_mb=600.0,
    load_s=2.0,
    late_p99_ms=0.1,
    versions={},
    weights="base",
    weights_sha256="0",
    commit="",
    ended=True,
    latencies_s=[],
)


def _worse(**changes: object) -> list[str]:
    return [each.name for each in ratios(BEFORE, msgspec.structs.replace(BEFORE, **changes)) if each.is_worse]


def test_the_same_and_better_are_no_regression() -> None:
    assert _worse() == []
    assert _worse(final_s=_spread(0.3), wer=0.0, cpu_s_per_s=0.1) == []


@pytest.mark.parametrize(
    ("changes", "worse"),
    [
        ({"final_s": _spread(0.5, 0.5, 0.5, 0.5)}, ["final p50", "final p95"]),
        ({"final_s": _spread(0.40, 0.41, 0.42, math.inf)}, ["final p95", "missing"]),
        ({"settled_s": _spread(0.6)}, ["settled p50", "settled p95"]),
        ({"turn_end_s": _spread(0.9)}, ["turn end p50"]),
        ({"wer_then": 0.03}, ["WER then"]),
        ({"cut_share": 0.5}, ["cut turns"]),
        ({"held_cut": 2}, ["cut holds"]),
        ({"seen_s": _spread(0.20, 0.21, 0.22, 0.40)}, ["seen p95"]),
        ({"wer": 0.03}, ["WER"]),
        ({"cpu_s_per_s": 0.35}, ["CPU s/s"]),
        ({"peak_rss_mb": 700.0}, ["MB"]),
    ],
)
def test_each_figure_has_a_limit(changes: dict[str, object], worse: list[str]) -> None:
    assert _worse(**changes) == worse


def test_a_record_with_a_missing_turn_does_not_excuse_every_latency() -> None:
    record = msgspec.structs.replace(BEFORE, final_s=_spread(0.40, 0.41, 0.42, 0.43, math.inf))
    slow = msgspec.structs.replace(BEFORE, final_s=_spread(0.40, 0.41, 4.2, 4.3, math.inf))
    assert "final p50" in [each.name for each in ratios(record, slow) if each.is_worse]


def test_only_the_same_machine_stream_load_and_weights_are_compared() -> None:
    assert matching([BEFORE], BEFORE) is BEFORE
    for name in ("machine", "stream", "load", "weights_sha256", "knob"):
        assert matching([BEFORE], msgspec.structs.replace(BEFORE, **{name: "other"})) is None
    assert matching([msgspec.structs.replace(BEFORE, void=["late"])], BEFORE) is None
