"""Writes text as strace prints it."""

from __future__ import annotations


def hexed(text: str) -> str:
    """Return a text with every byte as a hexadecimal escape."""
    return "".join(f"\\x{byte:02x}" for byte in text.encode())
