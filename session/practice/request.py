"""From what the user wants to practise to a session that asks it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bus.failures import UsageFailure
from capture.source import Monitor, NamedDevice, parse_source, parse_sources
from session.practice.questions import choose, read_questions, topics
from session.run.request import Request

_COUNT = 5
_LOOPBACKS = ("monitor", "loopback", "blackhole", "stereo mix", "vb-cable", "virtual cable")
"""By these, devices that give what the computer plays are known."""


def choose_questions(*, topic: str | None, file: Path | None, count: int | None) -> list[str]:
    """Return the questions that the user wants to be asked.

    Args:
        topic: The name of a set, or any words.
        file: The user's own questions.
        count: How many.

    Raises:
        UsageFailure: Neither is given, or both are.
        InputFailure: The file cannot be read, or holds no question.
    """
    if (topic is None) == (file is None):
        raise UsageFailure(
            "there is nothing to practise" if topic is None else "a topic and a file of questions are given",
            kept="nothing was started",
            fix=f"add --questions FILE or --topic, with one of {', '.join(topics())}, or your own words",
        )
    if file is not None:
        return read_questions(file)[:count]
    return choose(topic or "", count or _COUNT, random.Random())


def check_source(given: str) -> str:
    """Return the source, if it may be the user's own microphone: others are not heard in a practice.

    Raises:
        UsageFailure: It is the computer's own sound, which others speak from, or no source at all.
    """
    ((name, spec),) = parse_sources([given]).items()
    source = parse_source(name, spec)
    device = source.wanted.lower() if isinstance(source, NamedDevice) else ""
    if isinstance(source, Monitor) or any(word in device for word in _LOOPBACKS):
        raise UsageFailure(
            f"a practice hears your microphone alone, and {given} may hear others",
            kept="nothing was started",
            fix="give your microphone, or use `cuecard run` where the others know",
        )
    return given


def make_request(
    questions: Sequence[str],
    flags: Mapping[str, Mapping[str, Any]],
    *,
    models: Sequence[str] = (),
    settings_file: Path | None = None,
) -> Request:
    """Return the request for a session that asks these questions and answers none.

    Args:
        questions: What is asked, in order.
        flags: Values given on the command line, by settings table; None means not given.
        models: Names of models.
        settings_file: A settings file in the place of the user's own.
    """
    tables = {name: dict(table) for name, table in flags.items()}
    tables.setdefault("llm", {})["answer"] = "feedback"
    tables.setdefault("practice", {})["questions"] = list(questions)
    return Request(flags=tables, models=models, settings_file=settings_file, practises=True)
