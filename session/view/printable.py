"""What others wrote, made fit for a terminal: no control characters, so that no text moves the cursor,
sets a title or writes to the clipboard."""

from __future__ import annotations

_KEPT = "\n\t"
_CONTROLS = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _KEPT}
_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")


def printable(text: str) -> str:
    """Return the text with controls replaced by a visible mark, and without marks that reverse it."""
    return text.translate(_CONTROLS | _DIRECTIONS)
