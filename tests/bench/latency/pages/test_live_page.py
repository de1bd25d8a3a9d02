"""Report page: one file, valid charts, no external resources."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from bench.harness.process_tree import Usage
from bench.latency.figures import Run, figures
from bench.latency.live import Measurement, refuse_void
from bench.latency.pages import charts
from bench.latency.pages.live_page import live_page
from bench.latency.reference import Reference
from bench.latency.scores import score
from bench.latency.timeline import Timeline, Turn
from bench.latency.utterances import fold
from bus.failures import MachineFailure
from livebench.results.page import Chart, Page, render
from tests.support.session_lines import started, utterance

TURNS = [
    Turn("mic", "hello", "Hello there.", 1.0, 2.0),
    Turn("mic", "home", "I went home. Then it rained.", 4.0, 6.0, longest_pause_s=0.5),
    Turn("mic", "never", "Nobody heard this.", 8.0, 9.0),
]
LINES = [
    *utterance(1, 0.7, 2.05, "Hello </script><b>there.", final_s=2.4, partials=[(1.5, "Hello", 1)]),
    *utterance(2, 3.7, 4.8, "I went home."),
    *utterance(3, 5.0, 6.0, "Then it rained."),
]


class Tags(HTMLParser):
    """Collects external resources and unclosed elements."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def measurement(*, is_void: bool = False) -> Measurement:
    ends = Reference(word_ends_s=[("Hello", 0.4), ("there.", 0.9)], offline_text="Hello.", offline_cpu_s=1.0)
    scores, strays = score(TURNS, [ends, Reference(), Reference()], fold([started(), *LINES]))
    usage = {"stt": Usage(cpu_s=3.0, peak_rss_mb=280.0)}
    late_ms = 7.5 if is_void else 1.0
    run = Run(scores=scores, strays=strays, usage=usage, seconds=10, late_p99_ms=late_ms, is_void=is_void)
    timeline = Timeline(TURNS, {"mic": np.zeros(160_000, np.float32)})
    return Measurement(timeline, [run], [], figures([run]), {"machine": {"cores": 2}, "settings": {}})


@pytest.fixture(scope="module")
def page() -> str:
    return render(live_page(measurement()))


def test_the_page_is_well_formed_and_loads_nothing(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.loaded == []


def test_its_charts_are_json_and_have_places(page: str) -> None:
    found = re.search(r'<script type="application/json" id="charts">(.*?)</script>', page, re.DOTALL)
    assert found
    drawn = json.loads(found[1])
    assert len(drawn) == 4
    for chart in drawn:
        assert f'id="{chart["id"]}"' in page
        assert chart["data"]


def test_words_cannot_become_elements(page: str) -> None:
    assert "</script><b>there" not in page
    assert "&lt;/script&gt;" in page


def test_missing_finals_are_counted_and_not_drawn(page: str) -> None:
    assert "1 of 3 missing" in page
    assert "Nobody heard this." in page
    assert "Infinity" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def test_a_void_run_is_shown_on_top() -> None:
    assert "7.5 ms late" in live_page(measurement(is_void=True)).warning


def test_a_void_run_fails_after_its_figures_were_shown() -> None:
    with pytest.raises(MachineFailure, match="VOID: 1 of 1 runs"):
        refuse_void(measurement(is_void=True))
    refuse_void(measurement())


def test_a_curve_of_what_partly_never_came_stays_below_one() -> None:
    figure = charts.cumulative({"final": [0.3, 0.5, math.inf, math.inf]})
    assert max(figure.data[0].y) == 0.5


def test_a_sweep_is_drawn_in_order_of_latency() -> None:
    figure = charts.trade(
        [("slow", 0.7, 0.9, 0.0), ("fast", 0.3, 0.5, 0.1), ("lost", math.inf, math.inf, 0.0)]
    )
    assert list(figure.data[0].x) == [0.3, 0.7]
    assert list(figure.data[0].text) == ["2", "1"]
    assert list(figure.data[0].customdata) == ["fast", "slow"]


def test_a_page_without_charts_is_a_page() -> None:
    page = render(
        Page(title="A & B", lead="", cards=[("1", "<one>")], charts=[Chart("c", "", charts.stages({}))])
    )
    assert "A &amp; B" in page
    assert "&lt;one&gt;" in page
