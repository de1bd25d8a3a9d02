"""What is asked: from a file of the user's, or from the built-in sets.

The sets are in `topics.toml` beside this file. No model is asked for questions, so nothing leaves for them.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bus.failures import InputFailure, UsageFailure
from bus.settings import expanded

TOPICS_FILE = Path(__file__).with_name("topics.toml")
ANY_TOPIC = "anything"
"""The set for a topic that has none of its own; its questions name it."""

QUESTIONS_AT_MOST = 100
QUESTION_CHARACTERS = 1000
TOPIC_CHARACTERS = 80
_SUFFIXES = (".md", ".txt")
_FILE_BYTES = 1 << 20

_ITEM = re.compile(r"^(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_EMPHASIS = re.compile(r"(\*\*|__)(.+?)\1")


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A built-in set of questions."""

    title: str
    words: list[str]
    """Words by which a user may name it."""
    questions: list[str]
    """May hold {topic}."""


def topics() -> dict[str, Topic]:
    """Return the built-in sets by name."""
    tables = tomllib.loads(TOPICS_FILE.read_text(encoding="utf-8"))
    return msgspec.convert(tables, dict[str, Topic])


def choose(topic: str, count: int, chance: random.Random) -> list[str]:
    """Return so many questions on a topic, another choice each time.

    Args:
        topic: A set's name, or any words; where no set is named, general questions name them.
        count: How many; fewer where the set has no more.
        chance: What chooses.

    Raises:
        UsageFailure: The topic is empty.
    """
    named = " ".join(topic.split())[:TOPIC_CHARACTERS]
    if not named:
        raise UsageFailure(
            "the topic is empty", kept="nothing was started", fix=f"name one: {', '.join(topics())}"
        )
    chosen = topics()[best_topic(named, topics())]
    picked = chance.sample(chosen.questions, min(count, len(chosen.questions)))
    return [question.replace("{topic}", named) for question in picked]


def best_topic(named: str, known: Mapping[str, Topic]) -> str:
    """Return the name of the set that these words name best; that for anything when none does."""
    said = {word.rstrip("s") for word in re.findall(r"[a-z]+", named.lower())}
    hits = {
        name: len(said & {word.rstrip("s") for word in (*topic.words, *name.split("-"))})
        for name, topic in known.items()
    }
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] else ANY_TOPIC


def read_questions(path: Path) -> list[str]:
    """Return the questions in a file: one a line or list item; headings, remarks and empty lines are none.

    Raises:
        InputFailure: The file cannot be read, or holds no question.
    """
    path = Path(expanded(str(path)))
    if path.suffix.lower() not in _SUFFIXES:
        raise _bad(path, "it is no text file", f"give one that ends in {' or '.join(_SUFFIXES)}")
    try:
        with path.open("rb") as file:
            text = file.read(_FILE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(path, "it is not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise _bad(path, (error.strerror or str(error)).lower(), "check its path") from error
    found = questions_in(text.splitlines())
    if not found:
        raise _bad(path, "no question is in it", "write one a line")
    return found


def questions_in(lines: Sequence[str]) -> list[str]:
    """Return the questions on these lines, cut to a length that can be asked. Pure."""
    found = (_question(line.strip()) for line in lines)
    return [question[:QUESTION_CHARACTERS] for question in found if question][:QUESTIONS_AT_MOST]


def _question(line: str) -> str:
    if line.startswith(("#", "```", "---", "===")):
        return ""
    return _EMPHASIS.sub(r"\2", _ITEM.sub("", line)).strip()


def _bad(path: Path, why: str, fix: str) -> InputFailure:
    return InputFailure(f"no questions can be had from {path}: {why}", kept="nothing was started", fix=fix)
