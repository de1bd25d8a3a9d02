"""Scores question detection on the finals of recorded sessions, transcription errors included.

A session is the output of `cuecard run --json`. Beside NAME.jsonl, the manually written NAME.asks.json says
which utterances ask: {"call": [2, [3, 4], 7]}, where [3, 4] is one question in two utterances. Only the
sources named there count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.answers.precision import COLUMNS, Verdict, row, scores
from bench.harness.report import show
from bus.failures import InputFailure
from bus.messages import FinalTranscribed
from llm.questions.tracker import DetectedQuestion, QuestionTracker
from llm.settings import LlmSettings

_Labels = dict[str, list[int | list[int]]]


_ADDED = ("seq", "logged_ns")
"""Fields of a printed event besides the message."""


@dataclass(frozen=True)
class _Session:
    name: str
    verdicts: list[Verdict]
    errors: list[str]


def measure(paths: Sequence[Path], *, show_errors: bool) -> None:
    """Score sessions and print.

    Raises:
        InputFailure: A session or its labels cannot be read.
    """
    sessions = [_score_session(path) for path in paths]
    if show_errors:
        for session in sessions:
            print("\n".join(f"{session.name}: {error}" for error in session.errors))
    every = scores([verdict for session in sessions for verdict in session.verdicts])
    each = {session.name: scores(session.verdicts) for session in sessions if session.verdicts}
    silent = len(sessions) - len(each)
    rows = [("sessions", str(len(sessions))), ("without a question, asked or found", str(silent))]
    head = [COLUMNS, *(row(name, figures) for name, figures in {**each, "together": every}.items())]
    show("questions in finals", rows, {"together": every, "sessions": each}, head=head)


def _score_session(path: Path) -> _Session:
    """Score one session: every labelled question, and every question detected elsewhere."""
    finals, labels = _read_session(path)
    tracker = QuestionTracker(LlmSettings(listen_to="everyone"))
    asked = [found for final in finals if (found := tracker.detect(final)) and found.source in labels]
    truth = [
        (source, {label} if isinstance(label, int) else set(label))
        for source in labels
        for label in labels[source]
    ]
    texts = {(final.source, final.utterance): final.text for final in finals}
    verdicts, errors = [], []
    for source, utterances in truth:
        hits = [each for each in asked if each.source == source and _utterances(each) & utterances]
        verdicts.append(Verdict(True, bool(hits), max((hit.confidence for hit in hits), default=0.0)))
        if not hits:
            errors.append(f"missed  {' '.join(texts.get((source, each), '') for each in sorted(utterances))}")
    for each in asked:
        if not any(source == each.source and each.utterance in utterances for source, utterances in truth):
            verdicts.append(Verdict(False, True, each.confidence))
            errors.append(f"false  {each.text}")
    return _Session(path.stem, verdicts, errors)


def _utterances(asked: DetectedQuestion) -> set[int]:
    return {span.utterance for span in asked.spans}


def _read_session(path: Path) -> tuple[list[FinalTranscribed], _Labels]:
    labels_path = path.with_suffix(".asks.json")
    try:
        labels = msgspec.json.decode(labels_path.read_bytes(), type=_Labels)
        events = [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
        finals = [
            msgspec.convert({key: event[key] for key in event if key not in _ADDED}, FinalTranscribed)
            for event in events
            if event.get("type") == "FinalTranscribed"
        ]
    except (OSError, msgspec.MsgspecError) as error:
        raise InputFailure(
            f"{path.name} or {labels_path.name} cannot be read ({error})",
            fix=f"name the output of cuecard run --json, and list in {labels_path.name} which utterances ask",
        ) from error
    return finals, labels
