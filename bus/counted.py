"""Numbers with their nouns: "1 request", "2 requests". Pure."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun in the form that fits.

    Args:
        count: How many.
        noun: Its singular.
        plural: Its plural, where that is not the singular and "s".
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
