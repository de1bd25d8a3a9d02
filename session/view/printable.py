"""Sanitizes untrusted text for a terminal: replaces control characters.

No text can then move the cursor, set a title or write to the clipboard.
"""

from __future__ import annotations

import re

_ALLOWED = "\n\t"
_CONTROLS = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _ALLOWED}
_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")

_FLAG_LETTERS = {0x1F1E6 + number: chr(ord("A") + number) for number in range(26)}
_EMOJI_MODIFIERS = dict.fromkeys((0xFE0E, 0xFE0F, 0x20E3, *range(0x1F3FB, 0x1F400)), "")
_JOINED_EMOJI = re.compile("(?<=[\u2190-\u2bff\U0001f000-\U0001faff])\u200d")


def printable(text: str) -> str:
    """Return the text with control characters made visible, and without direction overrides."""
    return text.translate(_CONTROLS | _DIRECTIONS)


def drawable(text: str) -> str:
    """Return printable text that every terminal draws equally wide.

    Terminals disagree on emoji made of several characters: such a one becomes its parts, without skin colour,
    and a flag the letters of its country.
    """
    parts = _JOINED_EMOJI.sub("", text.translate(_EMOJI_MODIFIERS))
    return printable(parts.translate(_FLAG_LETTERS))
