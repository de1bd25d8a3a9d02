"""Reads the labelled lines of tests/data/questions.toml, which defines what counts as a question."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bus.failures import InputFailure

LINES = Path(__file__).parents[2] / "tests" / "data" / "questions.toml"


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    label: str
    lines: list[str]
    leans: bool = False


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

    @property
    def held_back(self) -> bool:
        """Whether the line is held out (the first byte of its hash is odd) and may only be scored in bulk."""
        return hashlib.sha256(self.said.encode()).digest()[0] % 2 == 1

    @property
    def asks(self) -> bool:
        """Whether it should be answered."""
        return self.label != "none"


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
    return Line(said, group.label, group.name, group.leans, span)
