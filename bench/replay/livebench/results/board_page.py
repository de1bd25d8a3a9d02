"""Leaderboard page from run files: tables, curves, and history over commits, in one HTML file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import plotly.graph_objects as go

from livebench.results.curve import CUT_RATES, Point, curves, operating_points
from livebench.results.page import Chart, Page, plain_table, write
from livebench.results.pooling import Result, grouped, pool
from livebench.results.printed import origin_of
from livebench.results.run_file import Run
from livebench.results.table import HEAD, ranked, rows, seconds

_COLOURS = ("#4d86ad", "#cf7763", "#6fa8a1", "#b89442", "#8d7fb8", "#7c8794")
_LEGEND = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}


def write_board_page(path: Path, runs: Sequence[Run]) -> None:
    """Write the page; only results of one machine, stream and load share a table or a chart."""
    write(path, board_page(runs))


def board_page(runs: Sequence[Run]) -> Page:
    """Return the page, which names the runs that it is made from."""
    groups = grouped(pool(runs))
    void = sorted({each.label for group in groups for each in group if each.void})
    return Page(
        title="Live transcribers",
        lead="Each heard the same stream in real time, one after another, as a program of its own. "
        "Latencies begin when the last sample of a turn's speech was due and end when the line with the "
        f"words arrived. {_trust(runs)}",
        cards=[
            (f"{seconds(each.final_s.at['p50'])} s", each.label)
            for each in ranked(groups[0])[:6]
            if not each.void
        ],
        charts=[chart for group in groups for chart in _charts(group)] + _history(runs),
        tables=[table for group in groups for table in _tables(group)],
        environment={"machine": _machines(runs)},
        warning=f"These rounds do not count: {', '.join(void)}." if void else "",
        origin=origin_of(runs),
    )


def _charts(group: Sequence[Result]) -> list[Chart]:
    place = _place(group[0])
    charts = [
        Chart(
            f"Time to the final words, {place}",
            "Share of turns whose final words had arrived. What never came keeps a line from the top.",
            _cumulative({each.label: each.latencies_s for each in group}),
        )
    ]
    found = {name: points for name, points in curves(group).items() if len(points) > 1}
    if found:
        titles = {each.system: each.title for each in group}
        charts.append(
            Chart(
                f"Latency against cuts, {place}",
                "Each point is one value of a system's own knob: the share of labelled silences inside a "
                "turn in which it ended the turn, and the median time to final words. Lower left is better.",
                _trade_off({titles[name]: points for name, points in found.items()}),
            )
        )
    return charts


def _tables(group: Sequence[Result]) -> list[tuple[str, str]]:
    tables = [(f"Results, {_place(group[0])}", plain_table(HEAD, rows(group)))]
    head = ["system"]
    head += [f"cuts at {budget:.1f} s" for budget in (0.3, 0.6)]
    head += [f"s at {rate:.0%} cuts" for rate in CUT_RATES]
    lines = []
    for name, points in curves(group).items():
        title = next(each.title for each in group if each.system == name)
        for mean in (True, False):
            found = operating_points(name, title, points, mean=mean)
            cells = [_share(value) for value in found.cut_rate_at_s.values()]
            cells += [_time(value) for value in found.latency_at_cut_rate_s.values()]
            lines.append([f"{title} ({'mean' if mean else 'median'})", *cells])
    if lines:
        tables.append((f"Operating points as in eot-bench, {_place(group[0])}", plain_table(head, lines)))
    return tables


def _history(runs: Sequence[Run]) -> list[Chart]:
    """Return the median and the 95th percentile by commit, for what was measured at several."""
    commits: dict[tuple[str, str], list[Result]] = {}
    for commit in dict.fromkeys(run.commit for run in sorted(runs, key=lambda run: run.started)):
        for each in pool(run for run in runs if run.commit == commit):
            commits.setdefault((each.label, f"{each.stream[:8]}, {each.machine}, {each.load}"), []).append(
                each
            )
    figure = go.Figure()
    several = {key: found for key, found in commits.items() if len({each.commit for each in found}) > 1}
    for number, ((label, place), found) in enumerate(several.items()):
        for name, dash in (("p50", "solid"), ("p95", "dot")):
            figure.add_scatter(
                x=[each.commit or "?" for each in found],
                y=[_drawn(each.final_s.at[name]) for each in found],
                name=f"{label} {name} ({place})",
                mode="lines+markers",
                line={"color": _COLOURS[number % len(_COLOURS)], "dash": dash},
            )
    figure.update_layout(height=380, legend=_LEGEND, xaxis={"type": "category"}, yaxis={"ticksuffix": " s"})
    note = "Time to the final words of the same system, stream, machine and load."
    return [Chart("History over commits", note, figure)] if several else []


def _cumulative(values_s: Mapping[str, Sequence[float]]) -> go.Figure:
    figure = go.Figure()
    for number, (name, values) in enumerate(values_s.items()):
        finite = sorted(value for value in values if math.isfinite(value))
        shares = [(place + 1) / len(values) for place in range(len(finite))]
        figure.add_scatter(
            x=[finite[0], *finite] if finite else [],
            y=[0.0, *shares] if finite else [],
            name=name,
            mode="lines",
            line={"shape": "hv", "width": 2, "color": _COLOURS[number % len(_COLOURS)]},
            hovertemplate="%{y:.0%} within %{x:.2f} s<extra>" + name + "</extra>",
        )
    return figure.update_layout(
        height=380,
        legend=_LEGEND,
        xaxis={"ticksuffix": " s"},
        yaxis={"tickformat": ".0%", "range": [0, 1.02]},
    )


def _trade_off(found: Mapping[str, Sequence[Point]]) -> go.Figure:
    figure = go.Figure()
    for number, (title, points) in enumerate(found.items()):
        figure.add_scatter(
            x=[point.cut_rate for point in points],
            y=[_drawn(point.final_p50_s) for point in points],
            text=[point.knob for point in points],
            name=title,
            mode="lines+markers",
            line={"color": _COLOURS[number % len(_COLOURS)]},
            hovertemplate="%{text}: %{x:.0%} cut, %{y:.2f} s<extra>" + title + "</extra>",
        )
    return figure.update_layout(
        height=380,
        legend=_LEGEND,
        xaxis={"tickformat": ".0%", "rangemode": "tozero"},
        yaxis={"ticksuffix": " s"},
    )


def _machines(runs: Sequence[Run]) -> dict[str, str]:
    return {
        run.machine.fingerprint: f"{run.machine.processor}, {run.machine.cores} cores, "
        f"{run.machine.memory_gb} GB, {run.machine.system}, Python {run.machine.python}"
        for run in runs
    }


def _trust(runs: Sequence[Run]) -> str:
    open_to = sorted({run.system.title for run in runs if not run.conditions.data_hidden})
    if not open_to:
        return "The data set and the stream were hidden from the systems."
    return f"The data set and the stream on the disk were not hidden from {', '.join(open_to)}."


def _place(result: Result) -> str:
    return f"stream {result.stream[:8]}, machine {result.machine}, load {result.load}"


def _drawn(value: float) -> float | None:
    return None if math.isinf(value) else value


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _time(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
