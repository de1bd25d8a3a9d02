"""Remembers the turns printed where no line can be taken back. Pure.

A turn that continues a printed one is printed from the first new word on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

import msgspec

from bus.messages import FinalTranscribed
from overlay.state.transcript import Outcome, Place, place_of

_CONTINUES = "…"
_REMEMBERED = 1000
"""More than a transcript holds."""


class PrintedTurns:
    """The turns printed so far."""

    def __init__(self) -> None:
        self._printed: dict[Place, str] = {}
        """The words printed at each turn."""

    def take_new(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield the outcomes that are not printed, each with its new words, and count them as printed."""
        for outcome in outcomes:
            if place_of(outcome) not in self._printed:
                new = self._new_part(outcome)
                self._printed[place_of(outcome)] = getattr(new, "text", "")
                if new is not None:
                    yield new
        while len(self._printed) > _REMEMBERED:
            del self._printed[next(iter(self._printed))]

    def contains(self, source: str, utterance: int) -> bool:
        """Return whether the turn of this utterance is printed."""
        return (source, utterance) in self._printed

    def _new_part(self, outcome: Outcome) -> Outcome | None:
        if not isinstance(outcome, FinalTranscribed):
            return outcome
        before = [self._printed.get((outcome.source, number), "") for number in sorted(outcome.replaces)]
        printed = [word for word in " ".join(before).split() if word != _CONTINUES]
        if not printed:
            return outcome
        rest = words_after(printed, outcome.text.split())
        return msgspec.structs.replace(outcome, text=" ".join((_CONTINUES, *rest))) if rest else None


def words_after(printed: list[str], words: list[str]) -> list[str]:
    """Return the words of a text that come after those printed of an earlier transcript of it."""
    old, new = ([word.strip(".,;:!?…").lower() for word in text] for text in (printed, words))
    *_, last = [(0, 0, 0), *SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()[:-1]]
    old_at, new_at, size = last
    return words[new_at + size + len(old) - (old_at + size) :]
