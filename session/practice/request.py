"""Builds the request for a practice session."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bus.failures import UsageFailure
from capture.source import Monitor, NamedDevice, parse_source, parse_sources
from session.practice.questions import choose, read_questions, topics
from session.run.start.request import Request

_COUNT = 5
_LOOPBACKS = ("monitor", "loopback", "blackhole", "stereo mix", "vb-cable", "virtual cable")
"""Parts of the names of devices that capture the computer's own sound."""


def choose_questions(*, topic: str | None, file: Path | None, count: int | None) -> list[str]:
    """Return the questions of a topic or a file.

    Args:
        topic: The name of a set, or any words.
        file: The user's own questions.
        count: Number of questions.

    Raises:
        UsageFailure: Neither topic nor file is given, or both are.
        InputFailure: The file cannot be read, or has no questions.
    """
    if (topic is None) == (file is None):
        raise UsageFailure(
            "no topic is given" if topic is None else "both a topic and a file of questions are given",
            kept="nothing was started",
            fix=f"add --questions FILE or --topic, with one of {', '.join(topics())}, or your own words",
        )
    if file is not None:
        return read_questions(file)[:count]
    return choose(topic or "", count or _COUNT, random.Random())


def check_source(given: str) -> str:
    """Return the source, if it may be the user's own microphone: a practice captures no other party.

    Raises:
        UsageFailure: It is the computer's own sound, or not a source.
    """
    ((name, spec),) = parse_sources([given]).items()
    source = parse_source(name, spec)
    device = source.wanted.lower() if isinstance(source, NamedDevice) else ""
    if isinstance(source, Monitor) or any(word in device for word in _LOOPBACKS):
        raise UsageFailure(
            f"a practice captures your microphone only, and {given} may capture other people",
            kept="nothing was started",
            fix="choose your microphone, or use `cuecard run` with the consent of the other party",
        )
    return given


def make_request(
    questions: Sequence[str],
    flags: Mapping[str, Mapping[str, Any]],
    *,
    models: Sequence[str] = (),
    settings_file: Path | None = None,
) -> Request:
    """Return the request for a session that asks these questions.

    Args:
        questions: The questions, in order.
        flags: Values given on the command line, by settings table; None means not given.
        models: Names of models.
        settings_file: A settings file to use instead of the user's own.
    """
    tables = {name: dict(table) for name, table in flags.items()}
    tables.setdefault("llm", {})["answer"] = "feedback"
    tables.setdefault("practice", {})["questions"] = list(questions)
    return Request(flags=tables, models=models, settings_file=settings_file, practises=True)
