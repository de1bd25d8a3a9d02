"""Tables of results, for people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from livebench.results.pooling import Result
from livebench.scoring.intervals import Spread

HEAD = (
    "system",
    "final p50 s",
    "final p95 s",
    "seen p50",
    "seen p95",
    "x p50",
    "x p95",
    "WER then",
    "settled p95",
    "WER",
    "cut turns",
    "cuts in / between",
    "cut holds",
    "turn end p50",
    "after end p50",
    "TTFS p50 (share)",
    "missing",
    "CPU s/s",
    "MB",
    "",
)


_OF_WORDS = {
    *HEAD[1 : HEAD.index("cut turns")],
    "cuts in / between",
    "after end p50",
    "TTFS p50 (share)",
    "missing",
}
"""Columns that mean nothing for a system that judges turns only."""


def rows(results: Sequence[Result]) -> list[list[str]]:
    """Return the rows of `HEAD`, the fastest to settle first; multiples are of the first."""
    ordered = ranked(results)
    first = ordered[0].final_s.at if ordered else {}
    return [_row(each, first) for each in ordered]


def ranked(results: Sequence[Result]) -> list[Result]:
    """Return what counts first, by the time until the words stay: a quick guess wins nothing."""

    def place(result: Result) -> tuple[bool, float, float]:
        return bool(result.void), result.settled_s.at["p50"], result.settled_s.at["p95"]

    return sorted(results, key=place)


def _row(result: Result, first: dict[str, float]) -> list[str]:
    cells = _cells(result, first)
    return [
        "-" if result.ends_only and name in _OF_WORDS else cell
        for name, cell in zip(HEAD, cells, strict=True)
    ]


def _cells(result: Result, first: dict[str, float]) -> list[str]:
    ends = result.turn_end_s
    return [
        result.label,
        _with_range(result.final_s, "p50"),
        _with_range(result.final_s, "p95"),
        seconds(result.seen_s.at["p50"]),
        seconds(result.seen_s.at["p95"]),
        _times(result.final_s.at["p50"], first["p50"]),
        _times(result.final_s.at["p95"], first["p95"]),
        _rate(result.wer_then, result),
        seconds(result.settled_s.at["p95"]),
        _rate(result.wer, result),
        "-" if result.cut_share is None else f"{result.cut_share:.0%}",
        f"{_places(result.cuts)}, left {_places(result.cuts_left)}" if result.cut_share is not None else "-",
        f"{result.held_cut} of {result.holds}" if ends else "-",
        seconds(ends.at["p50"]) if ends else "-",
        seconds(result.first_after_end_s.at["p50"]),
        f"{seconds(result.ttfs_s.at['p50'])} ({result.ttfs_share:.0%})" if result.ttfs_s else "-",
        str(result.final_s.missing),
        f"{result.cpu_s_per_s:.2f}",
        f"{result.peak_rss_mb:.0f}",
        "VOID" if result.void else "" if result.ended else "killed at the end",
    ]


def seconds(value: float) -> str:
    """Return a time in seconds; what never came is "never"."""
    return "never" if math.isinf(value) else f"{value:.2f}"


def _rate(value: float, result: Result) -> str:
    """Return a word error rate; how many turns have words to count errors in, if not all."""
    if result.worded == result.turns:
        return f"{value:.1%}"
    return f"{value:.1%} ({result.worded} of {result.turns} turns)" if result.worded else "-"


def _with_range(found: Spread, name: str) -> str:
    low, high = found.between[name]
    return f"{seconds(found.at[name])} ({seconds(low)}-{seconds(high)})"


def _times(value: float, first: float) -> str:
    return "never" if math.isinf(value) else f"{value / first:.1f}" if first > 0 else "-"


def _places(count: dict[str, int]) -> str:
    unknown = f" + {count['unknown']}?" if count.get("unknown") else ""
    return f"{count.get('inside', 0)} / {count.get('between', 0)}{unknown}"
