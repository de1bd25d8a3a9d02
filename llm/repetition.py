"""Notices when a small model has begun to say the same thing for ever.

Pure.
"""

from __future__ import annotations

_SHORTEST_UNIT, _LONGEST_UNIT = 12, 160
_REPEATS = 3


def sound_length(text: str) -> int | None:
    """Return how much of the text to keep when its end repeats itself, or None when it does not.

    A unit of 12 to 160 characters that stands three times in a row at the end is a loop; its first
    occurrence is kept.
    """
    for unit in range(_SHORTEST_UNIT, min(_LONGEST_UNIT, len(text) // _REPEATS) + 1):
        tail = text[-unit:]
        if text.endswith(tail * _REPEATS):
            return len(text) - unit * (_REPEATS - 1)
    return None
