"""Asking in a process of its own: libraries that wait for ever or end the process cannot hurt the doctor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a process came to."""

    said: str
    """What it printed, without the blanks around it."""
    complaint: str
    """Why it failed, in one line; empty when it did not."""


def ask(*arguments: str, limit_s: float, environment: Mapping[str, str] | None = None) -> Answer:
    """Run this Python with these arguments, at most so long."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return Answer("", f"no answer within {limit_s:g} s")
    if done.returncode == 0:
        return Answer(done.stdout.strip(), "")
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return Answer(done.stdout.strip(), lines[-1] if lines else f"it ended with {done.returncode}")
