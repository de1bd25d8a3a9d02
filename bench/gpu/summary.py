"""Turns what was measured into rows for people and figures for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.gpu.fallback import ERROR, Fallback
from bench.gpu.passes import Timing
from bench.gpu.sandboxed import Sandboxed

_HEAD = ("model", "format", "at once", "passes", "p50", "p95", "speech a second", "WER")


@dataclass(frozen=True)
class Row:
    """One model in one number format: its timings, or why there are none."""

    model: str
    compute_type: str
    random: bool = False
    """Whether its weights are random."""
    timings: list[Timing] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Everything that was measured; a text says why a part could not run."""

    device: str
    card: str
    turns: int
    speech_s: float
    runs: int
    session: Sandboxed | str
    passes: list[Row]
    fallback: Fallback | str

    def figures(self) -> dict[str, Any]:
        """Return the same for programs."""
        figures = asdict(self)
        if isinstance(self.session, Sandboxed):
            figures["session"]["devices"] = sorted(self.session.devices)
        return figures


def head_of(measured: Measured) -> list[tuple[str, ...]]:
    """Return the table of passes, with the names of its columns."""
    return [_HEAD, *(_cells(row, timing) for row in measured.passes for timing in row.timings)]


def rows_of(measured: Measured) -> list[tuple[str, str]]:
    """Return everything else."""
    speech = f"{measured.turns} turns of the shipped interview, {measured.speech_s:.0f} s, x {measured.runs}"
    return [
        ("card", measured.card),
        ("speech of the passes", speech),
        *_session_rows(measured.session),
        *_remarks(measured.passes),
        *_fallback_rows(measured.fallback),
    ]


def _cells(row: Row, timing: Timing) -> tuple[str, ...]:
    errors = timing.word_error_rate
    return (
        f"{row.model}, random weights" if row.random else row.model,
        row.compute_type,
        str(timing.concurrent),
        str(timing.passes),
        f"{timing.p50_ms:.0f} ms",
        f"{timing.p95_ms:.0f} ms",
        f"{timing.speech_s_per_s:.1f} s",
        "-" if errors is None else f"{errors * 100:.1f} %",
    )


def _session_rows(session: Sandboxed | str) -> Iterator[tuple[str, str]]:
    if isinstance(session, str):
        yield "session in its sandbox", f"not measured: {session}"
        return
    yield "session in its sandbox", f"{session.detail}, WER {session.word_error_rate * 100:.1f} %"
    yield "  sandbox", session.sandbox
    yield "  device files open in stt", ", ".join(sorted(session.devices)) or "none"
    yield from (("  reported", problem) for problem in session.problems)


def _remarks(passes: list[Row]) -> Iterator[tuple[str, str]]:
    for row in passes:
        if row.problem:
            yield f"{row.model} {row.compute_type}", f"not measured: {row.problem}"
    for model in sorted({row.model for row in passes if row.random and row.timings}):
        yield model, "not installed: measured by shape, with random weights of its size"


def _fallback_rows(fallback: Fallback | str) -> Iterator[tuple[str, str]]:
    if isinstance(fallback, str):
        yield "fallback to the CPU", f"not measured: {fallback}"
        return
    yield (
        "fallback to the CPU, provoked",
        f"{fallback.ran_on}; from the middle on its passes raised {ERROR!r}",
    )
    yield "  reported", "; ".join(fallback.reported)
    yield "  continues with", fallback.continues_on
    yield "  the pass that failed, with the load", f"{fallback.failed_pass_ms:.0f} ms"
    yield "  words", f"WER {fallback.word_error_rate * 100:.1f} % in {fallback.passes} passes"
