"""Reads the labelled lines of tests/data/questions.toml, which defines what counts as a question.

Other languages have a file each in tests/data/questions/, named by the language code.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from bus.failures import InputFailure

LINES = Path(__file__).parents[2] / "tests" / "data" / "questions.toml"

Half = Literal["open", "held back", "unseen"]
"""Rules are tuned on open lines only; unseen ones were written after the rules."""


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    label: str
    lines: list[str]
    leans: bool = False
    unseen: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: list[_Group]


@dataclass(frozen=True)
class Line:
    """A labelled line."""

    said: str
    label: str
    """"question", "request" or "none"."""
    group: str
    leans: bool
    span: tuple[int, int] | None
    """From the first to the last character of the question, if it is marked."""
    unseen: bool = False

    @property
    def half(self) -> Half:
        """Where the line counts; held back (scored in bulk only) if its hash begins with an odd byte."""
        if self.unseen:
            return "unseen"
        return "held back" if hashlib.sha256(self.said.encode()).digest()[0] % 2 else "open"

    @property
    def asks(self) -> bool:
        """Whether it should be answered."""
        return self.label != "none"


def language_files() -> dict[str, Path]:
    """Return the files of labelled lines in other languages, by language code."""
    return {path.stem: path for path in sorted((LINES.parent / "questions").glob("*.toml"))}


def read_lines(path: Path) -> list[Line]:
    """Return the labelled lines of a file.

    Raises:
        InputFailure: It cannot be read.
    """
    try:
        groups = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).group
    except (OSError, ValueError) as error:
        raise InputFailure(
            f"the labelled lines in {path} cannot be read ({error})",
            kept="nothing was measured",
            fix="run this from a checkout of the repository, or name a file with --data",
        ) from error
    return [_line(marked, group) for group in groups for marked in group.lines]


def _line(marked: str, group: _Group) -> Line:
    said, span = marked.replace("«", "").replace("»", ""), None
    if "«" in marked:
        before_last = marked[: marked.rindex("»")].replace("«", "").replace("»", "")
        span = (marked.index("«"), len(before_last))
    return Line(said, group.label, group.name, group.leans, span, group.unseen)
