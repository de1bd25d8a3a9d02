"""Notices when a small model has begun to say the same thing for ever.

Pure.
"""

from __future__ import annotations

_SHORTEST_UNIT, _LONGEST_UNIT = 12, 160
_TIMES = 3


def repeats(text: str) -> bool:
    """Tell whether the text ends in the same 12 to 160 characters three times in a row."""
    longest = min(_LONGEST_UNIT, len(text) // _TIMES)
    return any(text.endswith(text[-unit:] * _TIMES) for unit in range(_SHORTEST_UNIT, longest + 1))
