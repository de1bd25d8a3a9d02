"""Charts: latency per utterance, distributions, CPU per stage, and a sweep's trade-off.

The colours are readable on white and on black; the page's theme sets everything else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from bench.latency.scores import Score
from bench.latency.summary import PART_NAMES
from livebench.scoring.intervals import quantile

_PART_COLOURS = ("#8fa3b5", "#d3b874", "#6fa8a1", "#cf7763", "#7f86c6")
_LINE_COLOURS = ("#4d86ad", "#cf7763", "#6fa8a1", "#b89442", "#8d7fb8", "#7c8794")
_BAR_PX = 24
_LEGEND = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}


def waterfalls(scores: Sequence[Score]) -> go.Figure:
    """Return one bar per utterance, in the parts of its latency, the slowest on top."""
    falls = sorted(
        ((each, each.waterfall) for each in scores if each.waterfall), key=lambda pair: pair[1].total_ms
    )
    names = [f"{number}  {_short(each.name)}" for number, (each, _) in enumerate(falls, 1)]
    hover = [f"<b>{fall.total_ms:.0f} ms</b>  {each.name}<br>{_wrapped(each.said)}" for each, fall in falls]
    figure = go.Figure()
    for colour, (part, label) in zip(_PART_COLOURS, PART_NAMES.items(), strict=True):
        figure.add_bar(
            y=names,
            x=[getattr(fall, part) for _, fall in falls],
            name=label,
            orientation="h",
            marker={"color": colour, "line": {"width": 0}},
            customdata=hover,
            hovertemplate="%{x:.0f} ms " + label + "<br>%{customdata}<extra></extra>",
        )
    return figure.update_layout(
        barmode="relative",
        bargap=0.35,
        height=110 + _BAR_PX * len(falls),
        legend=_LEGEND,
        xaxis={"ticksuffix": " ms", "zeroline": True},
        yaxis={"type": "category", "tickfont": {"size": 10}, "showgrid": False},
    )


def cumulative(values_s: Mapping[str, Sequence[float]]) -> go.Figure:
    """Return for each name the cumulative share of its values; missing ones keep it below 100 %."""
    figure = go.Figure()
    for number, (name, values) in enumerate(values_s.items()):
        finite = sorted(value for value in values if math.isfinite(value))
        shares = [(number + 1) / len(values) for number in range(len(finite))]
        figure.add_scatter(
            x=[finite[0], *finite] if finite else [],
            y=[0.0, *shares] if finite else [],
            name=name,
            mode="lines",
            line={"shape": "hv", "width": 2, **_line(number)},
            hovertemplate="%{y:.0%} within %{x:.2f} s<extra>" + name + "</extra>",
        )
    return figure.update_layout(
        height=380,
        legend=_LEGEND,
        hovermode="closest",
        xaxis={"ticksuffix": " s", "range": _middle(values_s)},
        yaxis={"tickformat": ".0%", "range": [0, 1.02]},
    )


def histogram(values_s: Sequence[float], bin_s: float = 0.05) -> go.Figure:
    """Return the histogram of the finals' latencies."""
    finite = [value for value in values_s if math.isfinite(value)]
    figure = go.Figure()
    figure.add_histogram(
        x=finite,
        xbins={"size": bin_s},
        marker={"color": _LINE_COLOURS[0], "line": {"width": 0}},
        hovertemplate="%{y} finals, %{x} s<extra></extra>",
    )
    for name, share, side in (("p50", 0.5, "right"), ("p95", 0.95, "left")):
        at = quantile(finite, share) if finite else 0.0
        figure.add_vline(x=at, line={"width": 1, "dash": "dot", "color": "#9aa0a8"})
        figure.add_annotation(
            x=at, y=1, yref="paper", text=f" {name} {at:.2f} s ", showarrow=False, xanchor=side
        )
    return figure.update_layout(
        height=260,
        bargap=0.08,
        xaxis={"ticksuffix": " s", "rangemode": "tozero"},
        yaxis={"title": {"text": "finals"}},
    )


def stages(cpu_s_per_audio_s: Mapping[str, float]) -> go.Figure:
    """Return the share of a core that each stage used."""
    ordered = sorted(cpu_s_per_audio_s.items(), key=lambda item: item[1])
    figure = go.Figure()
    figure.add_bar(
        y=[name for name, _ in ordered],
        x=[share for _, share in ordered],
        orientation="h",
        text=[f"{share * 100:.1f} %" for _, share in ordered],
        textposition="auto",
        marker={"color": _LINE_COLOURS[2], "line": {"width": 0}},
        hovertemplate="%{y}: %{x:.3f} CPU seconds a second<extra></extra>",
    )
    return figure.update_layout(
        height=80 + _BAR_PX * len(ordered),
        bargap=0.35,
        xaxis={"tickformat": ".0%"},
        yaxis={"showgrid": False, "automargin": True},
    )


def trade(points: Sequence[tuple[str, float, float, float]]) -> go.Figure:
    """Return latency against utterances cut, one numbered point per setting.

    Args:
        points: Name, median and 95th percentile in seconds, share of utterances cut.
    """
    figure = go.Figure()
    medians = [(median, cut, name, f"{n}") for n, (name, median, _, cut) in enumerate(points, 1)]
    tails = [(tail, cut, name, f"{n}") for n, (name, _, tail, cut) in enumerate(points, 1)]
    highest = max((cut for _, _, _, cut in points), default=0.0)
    for colour, label, line in ((_LINE_COLOURS[0], "p50", medians), (_LINE_COLOURS[1], "p95", tails)):
        ordered = sorted(point for point in line if math.isfinite(point[0]))
        figure.add_scatter(
            x=[at_s for at_s, _, _, _ in ordered],
            y=[cut for _, cut, _, _ in ordered],
            text=[number for _, _, _, number in ordered],
            customdata=[name for _, _, name, _ in ordered],
            name=label,
            mode="lines+markers+text",
            textposition="top center",
            textfont={"size": 11},
            cliponaxis=False,
            line={"width": 1.5, "color": colour, "dash": "solid" if label == "p50" else "dot"},
            marker={"size": 8, "color": colour},
            hovertemplate="%{customdata}<br>%{x:.2f} s, %{y:.1%} cut<extra>" + label + "</extra>",
        )
    return figure.update_layout(
        height=420,
        legend=_LEGEND,
        hovermode="closest",
        xaxis={"ticksuffix": " s", "title": {"text": "end of speech to final"}, "rangemode": "tozero"},
        yaxis={
            "tickformat": ".0%",
            "title": {"text": "utterances cut"},
            "range": [-0.004, max(0.1, highest * 1.15)],
        },
    )


def _line(number: int) -> dict[str, str]:
    """Return the style of a curve: every colour solid, then dashed, then dotted."""
    dashes = ("solid", "dash", "dot")
    turn, colour = divmod(number, len(_LINE_COLOURS))
    return {"color": _LINE_COLOURS[colour], "dash": dashes[turn % len(dashes)]}


def _middle(values_s: Mapping[str, Sequence[float]]) -> list[float]:
    """Return the range of nearly all values, so that one outlier does not flatten the rest."""
    finite = [value for values in values_s.values() for value in values if math.isfinite(value)]
    if not finite:
        return [0.0, 1.0]
    low, high = np.quantile(finite, [0.005, 0.99])
    return [min(float(low) - 0.05, 0.0), float(high) * 1.1 + 0.05]


def _short(name: str, length: int = 28) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"


def _wrapped(text: str, width: int = 70) -> str:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "<br>".join([*lines, line]).replace("</", "< /")
