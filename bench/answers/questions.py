"""Scores question detection on labelled lines, open and held out.

Errors are shown for the open half only, so that the other half stays held out. `question_finals` scores
sessions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.answers.precision import COLUMNS, Verdict, row, scores
from bench.answers.question_lines import Line, read_lines
from bench.harness.report import show
from llm.questions.detector import Question, detect_question
from llm.settings import LlmSettings

_BINS = (0.0, 0.5, 0.7, 0.88, 0.93, 1.01)
_SAME_PLACE = 0.8


def measure(lines_file: Path, *, show_errors: bool) -> None:
    """Score the lines and print.

    Raises:
        InputFailure: The file cannot be read.
    """
    lines = read_lines(lines_file)
    halves = {
        "open": [line for line in lines if not line.held_back],
        "held back": [line for line in lines if line.held_back],
    }
    found = {name: [detect_question(line.said) for line in half] for name, half in halves.items()}
    figures = {name: _figures(half, found[name]) for name, half in halves.items()}
    groups = {name: _by_group(half, found[name]) for name, half in halves.items()}
    if show_errors:
        _print_errors(halves["open"], found["open"])
    bins = _by_confidence(lines, [detect_question(line.said) for line in lines])
    rows = [
        *(
            (f"{name}: the words that were marked", f"{each['right_words']:.3f}")
            for name, each in figures.items()
        ),
        *(
            (f"{name}: follow-ups seen to lean", f"{each['seen_to_lean']:.3f}")
            for name, each in figures.items()
        ),
        ("", ""),
        ("judged right", "open, held back"),
        *((name, ", ".join(_share(groups[half], name) for half in halves)) for name in _names(lines)),
        ("", ""),
        ("confidence", "of them ask"),
        *((name, f"{each['ask']} of {each['found']}") for name, each in bins.items() if each["found"]),
    ]
    head = [COLUMNS, *(row(name, each) for name, each in figures.items())]
    show("questions", rows, {"halves": figures, "groups": groups, "confidence": bins}, head=head)


def _sure(question: Question | None) -> bool:
    return question is not None and question.confidence >= LlmSettings().min_confidence


def _figures(lines: Sequence[Line], found: Sequence[Question | None]) -> dict[str, Any]:
    verdicts = [
        Verdict(line.asks, _sure(question), question.confidence if question else 0.0)
        for line, question in zip(lines, found, strict=True)
    ]
    placed = [
        _same_place(line.span, question)
        for line, question in zip(lines, found, strict=True)
        if line.span and question and _sure(question)
    ]
    leaning = [question.leans for line, question in zip(lines, found, strict=True) if question and line.leans]
    return {
        **scores(verdicts),
        "right_words": sum(placed) / max(1, len(placed)),
        "seen_to_lean": sum(leaning) / max(1, len(leaning)),
    }


def _same_place(span: tuple[int, int], question: Question) -> bool:
    """Tell whether the detected words are, with few exceptions, the marked ones."""
    start, stop = question.spans[0][0], question.spans[-1][1]
    shared = max(0, min(stop, span[1]) - max(start, span[0]))
    return shared >= _SAME_PLACE * (max(stop, span[1]) - min(start, span[0]))


def _names(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line.group for line in lines))


def _by_group(lines: Sequence[Line], found: Sequence[Question | None]) -> dict[str, tuple[int, int]]:
    """Count, for each group of lines, the correct ones and all."""
    right: dict[str, tuple[int, int]] = {}
    for line, question in zip(lines, found, strict=True):
        good, count = right.get(line.group, (0, 0))
        right[line.group] = (good + (_sure(question) == line.asks), count + 1)
    return right


def _share(groups: dict[str, tuple[int, int]], name: str) -> str:
    good, count = groups.get(name, (0, 0))
    return f"{good} of {count}"


def _by_confidence(lines: Sequence[Line], found: Sequence[Question | None]) -> dict[str, dict[str, int]]:
    bins: dict[str, dict[str, int]] = {}
    for low, high in itertools.pairwise(_BINS):
        inside = [
            line.asks
            for line, question in zip(lines, found, strict=True)
            if question is not None and low <= question.confidence < high
        ]
        bins[f"{low:.2f} to {min(high, 1.0):.2f}"] = {"found": len(inside), "ask": sum(inside)}
    return bins


def _print_errors(lines: Sequence[Line], found: Sequence[Question | None]) -> None:
    """Print the errors in the open half; the held-out half is never shown."""
    for line, question in zip(lines, found, strict=True):
        if _sure(question) != line.asks:
            print(f"{'missed' if line.asks else 'false'}  {line.group}: {line.said}")
