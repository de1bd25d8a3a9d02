"""Runs a check in a child process, so that no library can hang the doctor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Result of a child process."""

    output: str
    """Its standard output, stripped."""
    error: str
    """The reason of a failure, in one line; empty on success."""


def run_python(*arguments: str, limit_s: float, environment: Mapping[str, str] | None = None) -> Result:
    """Run this Python with these arguments, for at most `limit_s`."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", *arguments],  # nothing in the working directory is imported
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return Result("", f"no answer within {limit_s:g} s")
    if done.returncode == 0:
        return Result(done.stdout.strip(), "")
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return Result(done.stdout.strip(), lines[-1] if lines else f"it ended with {done.returncode}")
