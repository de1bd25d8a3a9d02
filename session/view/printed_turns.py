"""Remembers the turns printed where no line can be taken back. Pure.

A turn that continues a printed one is printed from the first new word on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

import msgspec

from bus.messages import FinalTranscribed
from overlay.state.transcript import Outcome, Place, place_of

_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w'’])+")
"""A word; of scripts that put no spaces between words, such as Chinese and Thai, a character."""
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

    def forget(self, source: str, utterance: int) -> None:
        """Forget the words of a turn, of which no other part will be printed."""
        if (source, utterance) in self._printed:
            self._printed[source, utterance] = ""

    def _new_part(self, outcome: Outcome) -> Outcome | None:
        if not isinstance(outcome, FinalTranscribed):
            return outcome
        pieces = [self._printed.get((outcome.source, number), "") for number in sorted(outcome.replaces)]
        printed = " ".join(filter(None, pieces))
        if not printed:
            return outcome
        rest = text_after(printed, outcome.text)
        return msgspec.structs.replace(outcome, text=f"… {rest}") if rest else None


def text_after(printed: str, text: str) -> str:
    """Return the part of a text that comes after the words printed of an earlier transcript of it."""
    old, new = ([word.group().lower() for word in _WORD.finditer(each)] for each in (printed, text))
    *_, last = [(0, 0, 0), *SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()[:-1]]
    old_at, new_at, size = last
    rest = [*_WORD.finditer(text)][new_at + size + len(old) - (old_at + size) :]
    return text[rest[0].start() :] if rest else ""
