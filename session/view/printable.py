"""Sanitizes untrusted text for a terminal: replaces control characters.

No text can then move the cursor, set a title or write to the clipboard.
"""

from __future__ import annotations

_ALLOWED = "\n\t"
_CONTROLS = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _ALLOWED}
_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")


def printable(text: str) -> str:
    """Return the text with control characters made visible, and without direction overrides."""
    return text.translate(_CONTROLS | _DIRECTIONS)
