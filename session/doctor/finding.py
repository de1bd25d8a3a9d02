"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One requirement, and how it stands with it."""

    name: str
    ok: bool | None
    """None: not there, and a session can do without."""
    detail: str
    fix: str = ""
    """The one line to run or to do; empty when nothing is to be mended."""
    needed: bool = True
    """Whether a session cannot do without."""
