"""Removes a key from text that arrives in pieces: a gateway may echo its request. Pure."""

from __future__ import annotations

REDACTED = "(key)"

_LEAST_REVEALING = 8
"""The first characters of a key are the same for every user: "sk-"."""


class KeyRedaction:
    """Text of one answer without the key.

    A piece that ends in the first characters of the key is held back so far, until the next piece shows
    whether the key follows; any other text passes at once.

    Args:
        key: The key; nothing is removed if it is empty.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return the text that may be shown after this piece."""
        text = redacted(self._held + piece, self._key)
        held = self._length_held(text)
        shown, self._held = text[: len(text) - held], text[len(text) - held :]
        return shown

    def finish(self) -> str:
        """Return the text that is still held back, because nothing follows."""
        held, self._held = self._held, ""
        return held if len(held) < _LEAST_REVEALING else REDACTED

    def restart(self) -> None:
        """Forget the text so far, which is replaced."""
        self._held = ""

    def _length_held(self, text: str) -> int:
        longest = min(len(self._key) - 1, len(text))
        return next((length for length in range(longest, 0, -1) if text.endswith(self._key[:length])), 0)


def redacted(text: str, key: str) -> str:
    """Return a whole text without the key."""
    return text.replace(key, REDACTED) if key else text
