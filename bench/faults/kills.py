"""Measures recovery from kills and hangs of any stage during a session.

Plays the shipped interview until every stage was hit as often as requested; one undisturbed session first
gives the word errors without faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.faults.fault_injector import FaultInjector
from bench.faults.recovery import (
    Gap,
    OutcomeCounts,
    Recovery,
    account,
    count_double_answers,
    gap,
    recovery,
    transcript,
)
from bench.harness.cluster import call_on_nodes
from bench.harness.consumer import run_session
from bench.harness.report import show
from livebench.scoring.intervals import quantile
from livebench.scoring.words import word_errors
from session.run.start.demo import DEMO, script

_A_SESSION = 5
"""Faults per stage in the 72 s of the interview."""

_SOURCES = ("call", "mic")

_Session = tuple[Sequence[str], int, Sequence[str], bool, int]
"""Stages to hit, faults for each, options of the session, whether they hang, and the seed."""


@dataclass
class _Outcome:
    """Totals of several sessions."""

    recoveries: list[Recovery] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    accounts: list[OutcomeCounts] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    double_answers: int = 0
    given_up: int = 0


def measure(
    stages: Sequence[str], times: int, *, hang: bool, seed: int, answers: bool, ray: str = ""
) -> None:
    """Inject faults and print.

    Args:
        stages: Kinds of stage: "capture", "vad", "stt", "llm", "connector", "overlay", "view", …
        times: Number of faults for each.
        hang: Stop them instead of killing them.
        seed: Seed of the moments.
        answers: Answer questions too, with the small model.
        ray: Address of a Ray cluster that plays, each session on a node of its own; empty for this machine.
    """
    answers = answers or bool({"llm", "connector", "model-server"} & set(stages))
    options = ["--answer", "auto", "--provider", "local"] if answers else ["--answer", "off"]
    if "overlay" in stages:
        options += ["--view", "overlay"]
    lefts = range(times, 0, -_A_SESSION)
    sessions: list[_Session] = [((), 0, options, False, seed)]
    sessions += [(stages, min(left, _A_SESSION), options, hang, seed + left) for left in lefts]
    found = call_on_nodes(ray, _play, sessions) if ray else [_play(*session) for session in sessions]
    _print(stages, found[0], _added(found[1:]), hang=hang)


def _added(outcomes: Sequence[_Outcome]) -> _Outcome:
    """Return the totals of several sessions."""
    total = _Outcome()
    for each in outcomes:
        total.recoveries += each.recoveries
        total.gaps += each.gaps
        total.accounts += each.accounts
        total.errors += each.errors
        total.double_answers += each.double_answers
        total.given_up += each.given_up
    return total


def _play(stages: Sequence[str], times: int, options: Sequence[str], hang: bool, seed: int) -> _Outcome:
    """Play the interview once, and return the effects."""
    outcome = _Outcome()
    injector = FaultInjector(stages, times, hang=hang, seed=seed)
    files = {source: DEMO / f"{source}.flac" for source in _SOURCES}
    playback = run_session(files, options, injector.on_line)
    injector.finish()
    # A restarted view prints the log from its start: an event is identified by its number.
    by_number: dict[int, dict[str, Any]] = {each.event["seq"]: each.event for each in playback.received}
    events = list(by_number.values())
    for fault in injector.faults:
        outcome.recoveries.append(recovery(fault, events))
        if fault.stage.startswith("capture:") and (reported := gap(fault, events)):
            outcome.gaps.append(reported)
    outcome.accounts.append(account(events))
    outcome.double_answers += count_double_answers(events)
    outcome.given_up += sum(event["type"] == "StageGivenUp" for event in events)
    for source in _SOURCES:
        truth = " ".join(turn.text for turn in script() if turn.source == source)
        outcome.errors.append(word_errors([truth], [transcript(events, source)]))
    return outcome


def _print(stages: Sequence[str], quiet: _Outcome, faulty: _Outcome, *, hang: bool) -> None:
    head = [["stage", "faults", "found p50", "max", "ready p50", "max", "works p50", "max"]]
    by_stage = {}
    for stage in stages:
        mine = [each for each in faulty.recoveries if each.stage.partition(":")[0] == stage]
        by_stage[stage] = row = _times(mine)
        head.append([stage, str(len(mine)), *(f"{value:.2f} s" for value in list(row.values())[1:])])
    figures: dict[str, object] = {
        "hang": hang,
        "stages": by_stage,
        "utterances": sum(each.utterances for each in faulty.accounts),
        "lost": sum(each.lost for each in faulty.accounts),
        "doubled": sum(each.doubled for each in faulty.accounts),
        "out_of_order": sum(each.out_of_order for each in faulty.accounts),
        "questions_asked_twice": faulty.double_answers,
        "given_up": faulty.given_up,
        "undisturbed_wer_percent": _wer_percent(quiet),
        "wer_percent": _wer_percent(faulty),
        "gaps": len(faulty.gaps),
        "gap_lost_ms_max": max((each.lost_ms for each in faulty.gaps), default=0.0),
        "gap_off_ms_max": max(
            (max(abs(each.start_off_ms), abs(each.stop_off_ms)) for each in faulty.gaps), default=0.0
        ),
    }
    rows = [(name, _summary(value)) for name, value in figures.items() if name not in ("stages", "hang")]
    show("hangs" if hang else "kills", rows, figures, head=head)


def _times(recoveries: Sequence[Recovery]) -> dict[str, float]:
    """Return the times to detection, readiness and work: median and worst."""
    figures: dict[str, float] = {"faults": len(recoveries)}
    for name in ("found_s", "ready_s", "works_s"):
        values = [value for each in recoveries if (value := getattr(each, name)) is not None]
        figures[f"{name}_p50"] = quantile(values, 0.5) if values else 0.0
        figures[f"{name}_max"] = max(values, default=0.0)
    return figures


def _wer_percent(outcome: _Outcome) -> float:
    wrong, words = (sum(each[index] for each in outcome.errors) for index in (0, 1))
    return 100 * wrong / max(words, 1)


def _summary(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
