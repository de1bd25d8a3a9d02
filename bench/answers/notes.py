"""Measures retrieval from notes: accuracy by words and by meaning, and speed.

A corpus is a folder with documents and questions.toml, which names for each question the document and some
words of the passage that answers it. Errors are shown for the open half only, so that the other half stays
held out.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from bench.harness.report import show
from bus.failures import InputFailure
from llm.notes.prepared_answers import PreparedAnswers
from llm.notes.read.note_files import Note, read_notes
from llm.notes.search import Notes, open_notes
from session.models import store

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "data" / "notes"
"""A file of the repository, not of an installed program."""

MEGABYTE = 1_000_000
_TAKE_IN_LIMIT_S = 1200.0

Half = Literal["open", "held"]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that a passage answers."""

    question: str
    file: str
    holds: str
    """Words of that passage."""
    half: Half = "open"


class Unanswered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that no passage and no reply answers."""

    question: str
    half: Half = "open"


class Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that a prepared reply answers."""

    question: str
    written: str
    """As written in the notes."""
    half: Half = "open"


class Questions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The questions of a corpus."""

    documents: list[str]
    asked: list[Asked]
    unanswered: list[Unanswered]
    prepared_in: str = ""
    prepared: list[Spoken] = []
    near_miss: list[Unanswered] = []


def measure(corpus: Path, *, megabytes: float, show_errors: bool) -> None:
    """Score the corpus, time a large one, and print.

    Raises:
        InputFailure: The corpus cannot be read.
    """
    questions = read_questions(corpus)
    files = read_notes([corpus / name for name in questions.documents]).notes
    figures: dict[str, object] = {}
    rows: list[Sequence[str]] = []
    for name, model in _ways().items():
        notes = _opened(files, model)
        matched = {half: _matched(notes, questions, half) for half in ("open", "held")}
        figures[name] = matched
        rows += [(f"{half}, by {name}", _said(scores)) for half, scores in matched.items() if scores["asked"]]
        if show_errors:
            _print_errors(notes, questions, name)
    if questions.prepared:
        replies = _replied(PreparedAnswers(read_notes([corpus / questions.prepared_in]).notes), questions)
        figures["prepared"] = replies
        rows += [(f"prepared, {half}", _said(scores)) for half, scores in replies.items()]
    if megabytes:
        for name, model in _ways().items():
            timed = _timed(files, questions, model, megabytes)
            figures[f"{megabytes:g} MB by {name}"] = timed
            rows.append((f"{megabytes:g} MB, by {name}", _said(timed)))
    show("notes", rows, figures)


def read_questions(corpus: Path) -> Questions:
    """Read the questions of a corpus.

    Raises:
        InputFailure: The file is missing or invalid.
    """
    path = corpus / "questions.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Questions)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputFailure(
            f"{path} cannot be read: {error}",
            kept="nothing was run",
            fix="run it from the repository, or name a folder with --corpus",
        ) from error


def _ways() -> dict[str, str]:
    """Return the available kinds of search, each with its model."""
    ways = {"words": ""}
    if store.is_there("minilm"):
        ways["words and meaning"] = str(store.find("minilm").parent)
    return ways


def _opened(files: Sequence[Note], model: str) -> Notes:
    notes = open_notes(files, model)
    notes.wait_for_embeddings(_TAKE_IN_LIMIT_S)
    return notes


def _matched(notes: Notes, questions: Questions, half: str) -> dict[str, int]:
    """Count the questions whose passage was found, and those without a passage for which some was found."""
    places = [_place(notes, one) for one in questions.asked if one.half == half]
    strays = [bool(notes.best_passages(one.question)) for one in questions.unanswered if one.half == half]
    return {
        "asked": len(places),
        "first": sum(place == 1 for place in places),
        "among three": sum(place > 0 for place in places),
        "unanswered": len(strays),
        "matched all the same": sum(strays),
    }


def _place(notes: Notes, one: Asked) -> int:
    """Return the rank of the right passage, from 1; 0 if it was not found."""
    found = notes.best_passages(one.question)
    right = (
        number
        for number, passage in enumerate(found, start=1)
        if passage.file == one.file and one.holds in " ".join(passage.text.split())
    )
    return next(right, 0)


def _replied(prepared: PreparedAnswers, questions: Questions) -> dict[str, dict[str, int]]:
    """Count, by half, the prepared answers that were found, and the wrong ones."""
    scores: dict[str, dict[str, int]] = {}
    for half in ("open", "held"):
        pairs = [
            (one.written, answer.question if (answer := prepared.best(one.question)) else "")
            for one in questions.prepared
            if one.half == half
        ]
        misses = [prepared.best(one.question) for one in questions.near_miss if one.half == half]
        scores[half] = {
            "asked": len(pairs),
            "right": sum(written == found for written, found in pairs),
            "wrong": sum(found not in ("", written) for written, found in pairs),
            "near misses": len(misses),
            "matched all the same": sum(found is not None for found in misses),
        }
    return scores


def _timed(files: Sequence[Note], questions: Questions, model: str, megabytes: float) -> dict[str, float]:
    """Measure how long indexing and searching a large corpus take."""
    large = [Note("large.md", "".join(_invented(files, int(megabytes * MEGABYTE))))]
    started_s = time.perf_counter()
    notes = open_notes(large, model)
    ready_s = time.perf_counter() - started_s
    notes.wait_for_embeddings(_TAKE_IN_LIMIT_S)
    whole_s = time.perf_counter() - started_s
    asked = [one.question for one in questions.asked] + [one.question for one in questions.unanswered]
    took_ms = []
    for question in asked * 3:
        started_s = time.perf_counter()
        notes.best_passages(question)
        notes.prepared(question)
        took_ms.append((time.perf_counter() - started_s) * 1e3)
    return {
        "passages": len(notes),
        "indexed_s": round(ready_s, 2),
        "with_meaning_s": round(whole_s, 2),
        "p50_ms": round(float(np.quantile(took_ms, 0.5)), 2),
        "p95_ms": round(float(np.quantile(took_ms, 0.95)), 2),
        "max_ms": round(max(took_ms), 2),
    }


def _invented(files: Sequence[Note], wanted: int) -> Iterator[str]:
    """Yield sections made of the documents' lines, with a third of the words replaced by others of them."""
    chance = random.Random(7)
    lines = [line for note in files for line in note.text.split("\n") if len(line.split()) > 4]
    words = [word for line in lines for word in line.split()]
    written = 0
    while written < wanted:
        body = "\n".join(
            " ".join(chance.choice(words) if chance.random() < 0.3 else word for word in line.split())
            for line in chance.sample(lines, 3)
        )
        section = f"## {' '.join(chance.sample(words, 3))}\n\n{body}\n\n"
        written += len(section.encode())
        yield section


def _said(scores: dict[str, int] | dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in scores.items())


def _print_errors(notes: Notes, questions: Questions, name: str) -> None:
    for asked in questions.asked:
        if asked.half == "open" and not _place(notes, asked):
            print(f"missed by {name}: {asked.question}")
    for stray in questions.unanswered:
        if stray.half == "open" and notes.best_passages(stray.question):
            print(f"matched all the same by {name}: {stray.question}")
