"""Plays the same utterances under crossed settings: latency against cuts, accuracy and cost."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.harness.cluster import call_on_nodes
from bench.harness.report import show
from bench.latency.live import (
    Measurement,
    Plan,
    build_timeline,
    find_references,
    play,
    play_with,
    refuse_void,
)
from bench.latency.pages import charts
from bench.latency.summary import percent, seconds
from bench.latency.variations import name_of, settings_text, variations
from livebench.results.page import Chart, Page, plain_table, write
from session.settings import SCHEMA, load

Outcome = tuple[dict[str, Any], Measurement]

_COLUMNS = ("setting", "p50", "p95", "missing", "cut", "WER", "first words p50", "CPU", "")


def sweep_settings(asked: Sequence[str], plan: Plan, report: Path | None, *, ray: str = "") -> None:
    """Play the plan under each combination of settings and print the results.

    Args:
        asked: Settings and their values.
        plan: What is played.
        report: Path of the page.
        ray: Address of a Ray cluster that plays; empty for this machine.

    Raises:
        Failure: A setting is unknown or invalid, a session failed, or a run was void.
    """
    crossed = variations(asked, SCHEMA)
    base = tomllib.loads(plan.settings_file.read_text(encoding="utf-8")) if plan.settings_file else {}
    timeline = build_timeline(plan)
    with tempfile.TemporaryDirectory() as directory:
        plans = [_plan(plan, base, variation, Path(directory), n) for n, variation in enumerate(crossed)]
        references = find_references(timeline, plan)
        if ray:
            texts = [settings_text(base, variation) for variation in crossed]
            jobs = [(timeline, references, plan, text) for text in texts]
            outcomes = list(zip(crossed, call_on_nodes(ray, play_with, jobs), strict=True))
        else:
            outcomes = []
            for variation, each in zip(crossed, plans, strict=True):
                print(f"bench: {name_of(variation)}", file=sys.stderr, flush=True)
                outcomes.append((variation, play(timeline, references, each)))
    if report:
        write(report, _page(outcomes))
    figures = [{"setting": variation, **outcome.figures} for variation, outcome in outcomes]
    show("sweep", [], {"settings": figures}, head=[_COLUMNS, *_rows(outcomes)])
    for _, outcome in outcomes:
        refuse_void(outcome)


def _plan(plan: Plan, base: Any, variation: dict[str, Any], directory: Path, number: int) -> Plan:
    """Write a variation's settings file, and check it before anything is played."""
    file = directory / f"{number}.toml"
    file.write_text(settings_text(base, variation), encoding="utf-8")
    load(file, {})
    return dataclasses.replace(plan, settings_file=file)


def _rows(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for number, (variation, outcome) in enumerate(outcomes, 1):
        figures = outcome.figures
        spread, first = figures["end_to_final_s"], figures["first_words_s"]
        found.append(
            (
                f"{number}  {name_of(variation)}",
                seconds(spread.at["p50"] if spread else None),
                seconds(spread.at["p95"] if spread else None),
                str(spread.missing if spread else 0),
                percent(figures["cut_share"]),
                percent(figures["wer"]),
                seconds(first.at["p50"] if first else None),
                f"{figures['cpu_s_per_audio_s']:.2f}",
                "VOID" if figures["void_runs"] else "",
            )
        )
    return found


def _page(outcomes: Sequence[Outcome]) -> Page:
    points = [
        (name_of(variation), spread.at["p50"], spread.at["p95"], outcome.figures["cut_share"] or 0.0)
        for variation, outcome in outcomes
        if (spread := outcome.figures["end_to_final_s"])
    ]
    first = outcomes[0][1]
    void = sum(outcome.figures["void_runs"] > 0 for _, outcome in outcomes)
    finals = {
        name_of(variation): [late for run in outcome.runs for each in run.scores for late in each.latencies_s]
        for variation, outcome in outcomes
    }
    return Page(
        title="Settings against each other",
        lead=f"The same {first.figures['utterances']} utterances, {first.timeline.seconds:.0f} s at real "
        f"pace, under {len(outcomes)} settings.",
        cards=[],
        charts=[
            Chart(
                "Latency against utterances cut",
                "Lower and farther left is better: sooner, and fewer utterances cut into pieces. "
                "The numbers are those of the table.",
                charts.trade(points),
            ),
            Chart("Finals over time", "After the true end of speech.", charts.cumulative(finals)),
        ],
        tables=[("Figures", plain_table(_COLUMNS, _rows(outcomes)))],
        environment={**first.environment, "settings": {"the same in all": "what is not named above"}},
        warning=f"{void} of the settings had runs that do not count: the replay was late." if void else "",
    )
