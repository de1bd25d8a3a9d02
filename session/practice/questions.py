"""Questions of a practice, from the user's file or the built-in sets in `topics.toml`."""

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
"""The general set, for topics without one; its questions name the topic."""

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
    """Words that select this set."""
    questions: list[str]
    """May contain {topic}."""


def topics() -> dict[str, Topic]:
    """Return the built-in sets by name."""
    tables = tomllib.loads(TOPICS_FILE.read_text(encoding="utf-8"))
    return msgspec.convert(tables, dict[str, Topic])


def choose(topic: str, count: int, chance: random.Random) -> list[str]:
    """Return random questions on a topic.

    Args:
        topic: A set's name, or any words, which general questions then name.
        count: Number of questions; fewer if the set has fewer.
        chance: The random generator.

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
    """Return the name of the set that matches these words best; the general set if none does."""
    words = {word.rstrip("s") for word in re.findall(r"[a-z]+", named.lower())}
    hits = {
        name: len(words & {word.rstrip("s") for word in (*topic.words, *name.split("-"))})
        for name, topic in known.items()
    }
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] else ANY_TOPIC


def read_questions(path: Path) -> list[str]:
    """Return the questions in a file, one a line or list item, without headings and empty lines.

    Raises:
        InputFailure: The file cannot be read, or holds no question.
    """
    path = Path(expanded(str(path)))
    if path.suffix.lower() not in _SUFFIXES:
        raise _bad(path, "it is not a text file", f"give one that ends in {' or '.join(_SUFFIXES)}")
    try:
        with path.open("rb") as file:
            text = file.read(_FILE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(path, "it is not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise _bad(path, (error.strerror or str(error)).lower(), "check its path") from error
    found = questions_in(text.splitlines())
    if not found:
        raise _bad(path, "it has no questions", "write one question a line")
    return found


def questions_in(lines: Sequence[str]) -> list[str]:
    """Return the questions on these lines, cut to the maximum length. Pure."""
    found = (_question(line.strip()) for line in lines)
    return [question[:QUESTION_CHARACTERS] for question in found if question][:QUESTIONS_AT_MOST]


def _question(line: str) -> str:
    if line.startswith(("#", "```", "---", "===")):
        return ""
    return _EMPHASIS.sub(r"\2", _ITEM.sub("", line)).strip()


def _bad(path: Path, reason: str, fix: str) -> InputFailure:
    return InputFailure(
        f"questions cannot be read from {path}: {reason}", kept="nothing was started", fix=fix
    )
