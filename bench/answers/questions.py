"""Scores question detection on labelled lines, open and held out, by language.

Errors are shown for the open half only, so that the other half stays held out. `question_finals` scores
sessions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from bench.answers.precision import COLUMNS, Verdict, row, scores
from bench.answers.question_lines import Half, Line, read_lines
from bench.harness.report import show
from llm.questions.detector import Question, detect_question
from llm.settings import LlmSettings

_BINS = (0.0, 0.5, 0.7, 0.88, 0.93, 1.01)
_SAME_PLACE = 0.8


def measure(lines_file: Path, languages: Mapping[str, Path], *, show_errors: bool) -> None:
    """Score the lines and print.

    Args:
        lines_file: Lines that are reported in detail.
        languages: Lines of which only precision and recall are reported, by language.
        show_errors: Whether to print the errors in the open halves.

    Raises:
        InputFailure: The file cannot be read.
    """
    lines = read_lines(lines_file)
    halves = {
        "open": [line for line in lines if line.half == "open"],
        "held back": [line for line in lines if line.half == "held back"],
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
    spoken = {code: _language(path, show_errors=show_errors) for code, path in languages.items()}
    head = [COLUMNS, *(row(name, each) for name, each in figures.items())]
    head += [row(f"{code}: {half}", each) for code, halves in spoken.items() for half, each in halves.items()]
    printed = {"halves": figures, "groups": groups, "confidence": bins, "languages": spoken}
    show("questions", rows, printed, head=head)


def _language(path: Path, *, show_errors: bool) -> dict[str, dict[str, Any]]:
    """Return precision and recall of each half of a language's lines."""
    by_half: dict[str, list[Line]] = {half: [] for half in get_args(Half)}
    for line in read_lines(path):
        by_half[line.half].append(line)
    found = {half: [detect_question(line.said) for line in lines] for half, lines in by_half.items()}
    if show_errors:
        _print_errors(by_half["open"], found["open"])
    return {half: scores(_verdicts(lines, found[half])) for half, lines in by_half.items() if lines}


def _sure(question: Question | None) -> bool:
    return question is not None and question.confidence >= LlmSettings().min_confidence


def _figures(lines: Sequence[Line], found: Sequence[Question | None]) -> dict[str, Any]:
    placed = [
        _same_place(line.span, question)
        for line, question in zip(lines, found, strict=True)
        if line.span and question and _sure(question)
    ]
    leaning = [question.leans for line, question in zip(lines, found, strict=True) if question and line.leans]
    return {
        **scores(_verdicts(lines, found)),
        "right_words": sum(placed) / max(1, len(placed)),
        "seen_to_lean": sum(leaning) / max(1, len(leaning)),
    }


def _verdicts(lines: Sequence[Line], found: Sequence[Question | None]) -> list[Verdict]:
    return [
        Verdict(line.asks, _sure(question), question.confidence if question else 0.0)
        for line, question in zip(lines, found, strict=True)
    ]


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
