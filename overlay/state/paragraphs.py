"""Merges the turns of one speaker into paragraphs, until the other one speaks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 480
"""A paragraph that is longer ends with its turn, so that a monologue has places to rest the eye."""


@dataclass(frozen=True)
class Line:
    """One turn, in progress or final."""

    source: str
    utterance: int
    """The last one that it contains."""
    text: str
    stable_words: int | None = None
    """Words that are not expected to change; None for all, as in a final or at a pause."""
    start_ns: int = 0
    """Monotonic time at which it began."""

    def parts(self) -> tuple[str, str]:
        """Return the stable words, and those that may still change or are unconfirmed."""
        if self.stable_words is None:
            return self.text, ""
        if self.stable_words == 0:
            return "", self.text
        words = self.text.split()
        return " ".join(words[: self.stable_words]), " ".join(words[self.stable_words :])


@dataclass(frozen=True)
class Paragraph:
    """Turns of one speaker that no other speaker interrupted."""

    source: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """All words."""
        return " ".join(line.text for line in self.lines)

    def spans(self) -> list[tuple[str, bool]]:
        """Return the words in pieces, each with whether it is settled."""
        spans: list[tuple[str, bool]] = []
        for line in self.lines:
            for text, settled in zip(line.parts(), (True, False), strict=True):
                if text and spans and spans[-1][1] == settled:
                    spans[-1] = f"{spans[-1][0]} {text}", settled
                elif text:
                    spans.append((text, settled))
        return spans


def paragraphs(lines: Iterable[Line]) -> list[Paragraph]:
    """Return the paragraphs of turns, in the order in which the turns began."""
    merged: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each.start_ns):
        if merged and merged[-1][0].source == line.source and _has_room(merged[-1]):
            merged[-1].append(line)
        else:
            merged.append([line])
    return [Paragraph(lines[0].source, tuple(lines)) for lines in merged]


def _has_room(lines: Sequence[Line]) -> bool:
    return sum(len(line.text) for line in lines) < MOST_CHARACTERS
