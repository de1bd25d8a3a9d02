"""Which words of a partial are settled: those that two passes in a row agree on (LocalAgreement-2).

A settled word is never taken back while its utterance is being spoken; the final may still differ. Pure.
"""

from __future__ import annotations


class Agreement:
    """The settled words of one utterance."""

    def __init__(self) -> None:
        self._before: list[str] = []
        self._settled: list[str] = []

    def update(self, text: str) -> tuple[str, int]:
        """Take the text of a new pass; return the text to show and how many of its words are settled.

        Where the new pass contradicts what is settled, the settled words stay and the new pass gives the
        words after them.
        """
        words = text.split()
        agreed = _common(self._before, words)
        if agreed > len(self._settled) and _common(self._settled, words) == len(self._settled):
            self._settled = words[:agreed]
        self._before = words
        shown = self._settled + words[len(self._settled) :]
        return " ".join(shown), len(self._settled)


def _common(first: list[str], second: list[str]) -> int:
    """Return how many words from the start are the same, but for case and punctuation."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if _plain(one) != _plain(other):
            break
        count += 1
    return count


def _plain(word: str) -> str:
    return word.lower().strip(".,!?;:\"'…-")
