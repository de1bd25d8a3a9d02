"""Merges the turns of one speaker into a paragraph, for the captions. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from overlay.state.captions import Line


@dataclass(frozen=True)
class Paragraph:
    """What one speaker said until another one spoke."""

    source: str
    utterance: int
    """Number of its first utterance."""
    runs: tuple[tuple[str, bool], ...]
    """Pieces of text, each with whether its words are settled."""


def paragraphs(lines: Iterable[Line]) -> list[Paragraph]:
    """Return the lines with consecutive ones of a source in one paragraph."""
    merged: list[Paragraph] = []
    for line in lines:
        settled, unsettled = line.parts()
        runs = tuple((text, firm) for text, firm in ((settled, True), (unsettled, False)) if text)
        if merged and merged[-1].source == line.source:
            merged[-1] = replace(merged[-1], runs=merged[-1].runs + runs)
        else:
            merged.append(Paragraph(line.source, line.utterance, runs))
    return merged
