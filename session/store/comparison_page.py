"""Writes the comparison of practices as one HTML page of curves, without a script. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape

from overlay.texts.translation import LANGUAGE, _, number, pgettext
from session.store.measures import Series
from session.transcript.formats.web_page import POLICY, STYLE

TITLE = _("Your practices")
_NOTE = _("Figures of your practices alone; no word that was said is in this file.")
_WIDTH, _HEIGHT, _EDGE = 640, 150, 36
_BARS = "▁▂▃▄▅▆▇█"
_DATE = pgettext("date, as strftime writes it", "%Y-%m-%d")
_STYLE = f"""{STYLE}
svg {{ width: 100%; height: auto; display: block; }}
svg text {{ fill: var(--faint); font-size: 12px; }}
polyline {{ fill: none; stroke: var(--first); stroke-width: 2; }}
circle {{ fill: var(--first); }}
line {{ stroke: var(--line); }}
"""


def sparkline(series: Series) -> str:
    """Return the course of a measure as one character a practice."""
    values = [point.value for point in series.points]
    low, high = min(values), max(values)
    if low == high:
        return _BARS[3] * len(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in values)


def comparison_page(compared: Sequence[Series]) -> str:
    """Return the page."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(digest=digest)}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(TITLE)}</title>",
        f"<style>{_STYLE}</style>",
    )
    curves = [part for series in compared for part in _section(series)]
    body = (f"<main><h1>{escape(TITLE)}</h1>", f'<p class="note">{escape(_NOTE)}</p>', *curves, "</main>")
    lines = ("<!doctype html>", f'<html lang="{LANGUAGE}">', "<head>", *head, "</head>", "<body>", *body)
    return "\n".join((*lines, "</body>", "</html>")) + "\n"


def _section(series: Series) -> Iterator[str]:
    yield f'<h2>{escape(series.label)} <span class="time">{escape(series.unit)}</span></h2>'
    values = [point.value for point in series.points]
    low, high = min(values), max(values)
    spots = list(zip(_across(len(values)), (_up(value, low, high) for value in values), strict=True))
    described = ", ".join(f"{point.at:{_DATE}}: {number(point.value, 1)}" for point in series.points)
    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(described)}">'
    base = _HEIGHT - _EDGE / 2
    yield f'<line x1="{_EDGE}" y1="{base}" x2="{_WIDTH - _EDGE}" y2="{base}"/>'
    yield f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in spots)}"/>'
    for at, ((x, y), point) in enumerate(zip(spots, series.points, strict=True)):
        text = f"{point.at:{_DATE}}: {number(point.value, 1)}"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(text)}</title></circle>'
        if at in (0, len(spots) - 1) or (low < high and point.value in (low, high)):
            yield f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{number(point.value, 1)}</text>'
        if at in (0, len(spots) - 1):
            yield f'<text x="{x:.1f}" y="{_HEIGHT - 2}" text-anchor="middle">{point.at:{_DATE}}</text>'
    yield "</svg>"


def _across(count: int) -> list[float]:
    if count == 1:
        return [_WIDTH / 2]
    return [_EDGE + at * (_WIDTH - 2 * _EDGE) / (count - 1) for at in range(count)]


def _up(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
