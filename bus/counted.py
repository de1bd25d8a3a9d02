"""Formats a count with its noun: "1 request", "2 requests"."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun in singular or plural.

    Args:
        count: The number.
        noun: The singular.
        plural: The plural, if it is not the singular plus "s".
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
