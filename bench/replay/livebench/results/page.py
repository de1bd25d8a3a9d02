"""Report page in one HTML file: figures, charts, tables, the machine.

Drawn by plotly, whose script is embedded, so the page needs no network.
"""

from __future__ import annotations

import html
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

_TEMPLATE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Chart:
    """A chart with its title and explanation."""

    title: str
    note: str
    figure: go.Figure


@dataclass(frozen=True)
class Page:
    """Content of a page, from top to bottom."""

    title: str
    lead: str
    cards: Sequence[tuple[str, str]]
    """A figure and its label."""
    charts: Sequence[Chart] = ()
    tables: Sequence[tuple[str, str]] = ()
    """A title and a table (`table`), shown open."""
    folded: Sequence[tuple[str, str]] = ()
    """The same, collapsed."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    warning: str = ""
    origin: Any = None
    """What its figures were computed from, as JSON in the page."""


def write(path: Path, page: Page) -> None:
    """Write the page."""
    path.write_text(render(page), encoding="utf-8")


def render(page: Page) -> str:
    """Return the page as one document."""
    ids = [f"chart-{number}" for number in range(len(page.charts))]
    body = [_chart(chart, name) for chart, name in zip(page.charts, ids, strict=True)]
    body += [f"<h2>{html.escape(title)}</h2>{content}" for title, content in page.tables]
    folded = [*page.folded, ("Where this was measured", _environment(page.environment))]
    body += [
        f"<details><summary>{html.escape(title)}</summary>{content}</details>" for title, content in folded
    ]
    return string.Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=html.escape(page.title),
        lead=html.escape(page.lead),
        warning=f'<p class="void">{html.escape(page.warning)}</p>' if page.warning else "",
        cards=_cards(page.cards),
        body="\n".join(body),
        plotly=get_plotlyjs(),
        charts=_as_json(page.charts, ids),
        origin=msgspec.json.encode(page.origin).decode(),
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "numbers") -> str:
    """Return a table; its cells are HTML already."""
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    header = f"<thead><tr>{top}</tr></thead>" if head else ""
    return f'<div class="scroll"><table class="{kind}">{header}<tbody>{lines}</tbody></table></div>'


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "numbers") -> str:
    """Return a table of plain texts."""
    return table(head, [[html.escape(cell) for cell in row] for row in rows], kind)


def _cards(cards: Sequence[tuple[str, str]]) -> str:
    shown = "".join(
        f'<div class="card"><b>{html.escape(value)}</b><span>{html.escape(label)}</span></div>'
        for value, label in cards
    )
    return f'<section class="cards">{shown}</section>' if shown else ""


def _chart(chart: Chart, name: str) -> str:
    return (
        f'<h2>{html.escape(chart.title)}</h2><p class="note">{html.escape(chart.note)}</p>'
        f'<div class="chart"><div id="{name}"></div></div>'
    )


def _as_json(charts: Sequence[Chart], ids: Sequence[str]) -> str:
    drawn = []
    for chart, name in zip(charts, ids, strict=True):
        figure = msgspec.json.decode(chart.figure.to_json())
        figure["layout"].pop("template", None)
        drawn.append({"id": name, **figure})
    # A text that contains "</script>" must not end the script element.
    return msgspec.json.encode(drawn).decode().replace("</", "<\\/")


def _environment(environment: Mapping[str, Any]) -> str:
    rows = []
    for part, values in environment.items():
        for name, value in values.items():
            rows.append([f"{part}: {name.replace('_', ' ')}", str(value)])
    if not environment.get("settings"):
        rows.append(["settings", "the defaults"])
    return plain_table([], rows, "facts")
