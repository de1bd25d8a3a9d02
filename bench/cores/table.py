"""Formats a comparison of placements as table rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.cores.judging import Comparison, Trial
from bench.cores.placements import DEFAULTS, Placement
from livebench.playing.load import Load
from livebench.scoring.intervals import quantile

HEAD = [
    "against the defaults, 95 % interval", "rounds", "p50", "p95", "CPU", "WER, points", "more missing finals"
]  # fmt: skip


def row(found: Comparison, phase: str) -> list[str]:
    """Return one comparison as a row."""
    return [
        f"{found.name}, {phase}",
        str(found.rounds),
        str(found.p50),
        str(found.p95),
        str(found.cpu),
        f"{found.wer_difference * 100:+.1f}",
        f"{found.missing_difference:+d}",
    ]


def confirmed_rows(found: Comparison | None) -> list[list[str]]:
    """Return the row of the confirmed comparison, if there is one."""
    return [row(found, "confirmed")] if found else []


def notes(
    load: Load, trials: Sequence[Trial], void: int, own_noise: tuple[float, float]
) -> list[tuple[str, str]]:
    """Return what a reader needs beside the table."""
    defaults = [each for each in trials if each.placement == DEFAULTS]
    late_s = [value for each in defaults for values in each.latencies_s.values() for value in values]
    paces_ms = sorted(each.pace_s * 1000 for each in trials)
    cpu = sum(each.cpu for each in defaults) / max(len(defaults), 1)
    return [
        ("load beside it", load),
        ("runs", f"{len(trials)}, {void} of them do not count"),
        (
            "defaults",
            f"p50 {quantile(late_s, 0.5):.2f} s, p95 {quantile(late_s, 0.95):.2f} s, {cpu:.2f} CPU s/s"
            if late_s
            else "no latency is known",
        ),
        ("defaults against themselves", f"p50 ×{own_noise[0]:.2f}, p95 ×{own_noise[1]:.2f}"),
        ("replay late, p99", f"{max(each.late_ms for each in trials):.1f} ms at most"),
        ("calibration", f"{paces_ms[0]:.0f} to {paces_ms[-1]:.0f} ms"),
    ]


def advice(recommended: Placement | None, found: Comparison | None, write: bool) -> list[tuple[str, str]]:
    """Return the recommendation."""
    if recommended is None or found is None:
        return [("recommendation", "leave the defaults: nothing is better than the noise")]
    lines = recommended.text().splitlines()
    said = f"{recommended.name}: p50 ×{found.p50}, p95 ×{found.p95}"
    where = "" if write else "; --write puts this into your settings file"
    return [("recommendation", f"{said}{where}"), ("", "[session]"), *(("", line) for line in lines)]
