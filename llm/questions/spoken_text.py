"""What one speaker said, of one utterance or of several that belong together, and where each word stands.

Pure. It knows nothing of questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bus.audio import SAMPLE_RATE
from bus.messages import QuestionSpan

_KEPT_CHARACTERS = 600
"""Of words that may be joined to later ones, so many are remembered."""

_ENDING = " .…,;?-–—"


@dataclass(frozen=True)
class Piece:
    """A stretch of an utterance inside what was said."""

    utterance: int
    at: int
    """Where it begins in what was said."""
    start: int
    """Where it begins in its utterance."""
    length: int


@dataclass(frozen=True)
class SpokenText:
    """Words of one source."""

    source: str
    utterance: int
    """The last one they are of."""
    text: str
    start_sample: int
    quiet_sample: int
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, source: str, utterance: int, text: str, start_sample: int, quiet_sample: int) -> SpokenText:
        """Return the words of one utterance."""
        return cls(source, utterance, text, start_sample, quiet_sample, (Piece(utterance, 0, 0, len(text)),))

    def then(self, later: SpokenText, *, one_sentence: bool) -> SpokenText:
        """Return these words and later ones, as one sentence or one after the other."""
        text, added = (
            (self.text.rstrip(_ENDING), _continued(later.text)) if one_sentence else (self.text, later.text)
        )
        shift = len(text) + 1
        moved = tuple(replace(piece, at=piece.at + shift) for piece in later.pieces)
        return replace(later, text=f"{text} {added}", pieces=(*_within(self.pieces, 0, len(text)), *moved))

    def shortened(self) -> SpokenText:
        """Return the end of the words: as much as is worth remembering."""
        left_out = len(self.text) - _KEPT_CHARACTERS
        if left_out <= 0:
            return self
        pieces = _within(self.pieces, left_out, len(self.text))
        return replace(self, text=self.text[left_out:], pieces=pieces)

    def places(self, spans: tuple[tuple[int, int], ...]) -> tuple[QuestionSpan, ...]:
        """Return where stretches of these words stand in their utterances."""
        return tuple(
            QuestionSpan(
                utterance=piece.utterance,
                start_character=piece.start,
                stop_character=piece.start + piece.length,
            )
            for start, stop in spans
            for piece in _within(self.pieces, start, stop)
        )

    def seconds_after(self, before: SpokenText) -> float:
        """Return the quiet between two utterances of one source."""
        return (self.start_sample - before.quiet_sample) / SAMPLE_RATE


def _within(pieces: tuple[Piece, ...], start: int, stop: int) -> tuple[Piece, ...]:
    """Return what lies between two places, which the first of them is then the beginning of."""
    kept = []
    for piece in pieces:
        first, last = max(piece.at, start), min(piece.at + piece.length, stop)
        if first < last:
            kept.append(Piece(piece.utterance, first - start, piece.start + first - piece.at, last - first))
    return tuple(kept)


def _continued(text: str) -> str:
    return text if re.match(r"I\b|[A-Z]{2}", text) else text[:1].lower() + text[1:]
