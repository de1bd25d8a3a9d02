"""A finding: the result of one check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One requirement, and whether it is met."""

    name: str
    ok: bool | None
    """None: not met, but a session works without it."""
    detail: str
    fix: str = ""
    """The command or action that fixes it; empty when there is nothing to fix."""
    needed: bool = True
    """Whether a session fails without it."""
