"""A program that uses Cuecard as any other would: starts `cuecard run --json` and reads its lines.

Every line is stamped on arrival, so a latency counts everything up to the consumer's side.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bus.failures import StageFailure


@dataclass(frozen=True)
class Received:
    """One event as the consumer got it."""

    received_ns: int
    event: dict[str, Any]


def run_session(files: Mapping[str, Path], options: Sequence[str] = ()) -> list[Received]:
    """Play the files at real pace through a session of its own and return every event.

    Raises:
        StageFailure: The session did not end with exit code 0.
    """
    command = [sys.executable, "-m", "session", "run", "--json", "--pace", "realtime", *options]
    for source, file in files.items():
        command += ["--source", f"{source}=file:{file}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert process.stdout
    received = [Received(time.monotonic_ns(), msgspec.json.decode(line)) for line in process.stdout]
    if process.wait() != 0:
        raise StageFailure(f"the session ended with exit code {process.returncode}")
    return received


def first_sample_ns(received: Sequence[Received]) -> dict[str, int]:
    """Return for each source the monotonic time at which its sample 0 was due."""
    starts = (each.event for each in received if each.event["type"] == "CaptureStarted")
    return {event["source"]: event["first_sample_ns"] for event in starts}


def finals(received: Sequence[Received]) -> list[Received]:
    """Return the final transcripts in order of arrival."""
    return [each for each in received if each.event["type"] == "TranscriptFinished"]
