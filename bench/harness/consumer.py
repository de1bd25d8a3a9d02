"""Consumer of a session: starts `cuecard run --json` and reads its lines.

Every line is stamped on arrival, so a latency includes everything up to the consumer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bench.harness.process_tree import ProcessTree, Usage
from bus.failures import StageFailure


@dataclass(frozen=True)
class Received:
    """One event as the consumer received it."""

    received_ns: int
    event: dict[str, Any]


@dataclass(frozen=True)
class Playback:
    """Output and resources of a session."""

    received: list[Received]
    usage: dict[str, Usage]
    """By stage, from the start of the recordings."""

    @property
    def late_p99_ms(self) -> float:
        """99th percentile of the replay's delay, of the worse source."""
        ends = [each.event for each in self.received if each.event["type"] == "CaptureEnded"]
        return max((event["late_p99_ms"] for event in ends), default=0.0)


def look_on(received: Received, tree: ProcessTree) -> None:
    """Ignore a line."""


def run_session(
    files: Mapping[str, Path],
    options: Sequence[str] = (),
    on_line: Callable[[Received, ProcessTree], None] = look_on,
    *,
    module: str = "session",
) -> Playback:
    """Play the files in real time through a session.

    Args:
        files: The recording of each source.
        options: More options of `cuecard run`.
        on_line: Called with every line, and the session's processes.
        module: Module that runs the session.

    Raises:
        StageFailure: The session did not end with exit code 0.
    """
    command = [sys.executable, "-m", module, "run", "--json", "--pace", "realtime", *options]
    for source, file in files.items():
        command += ["--source", f"{source}=file:{file}"]
    headless = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=headless
        )
        try:
            with ProcessTree(process.pid) as tree:
                received = _read(process, tree, on_line)
                usage = tree.usage()
        finally:
            process.terminate()
        if process.wait() != 0:
            errors.seek(0)
            sys.stderr.buffer.write(errors.read())
            raise StageFailure(f"the session ended with exit code {process.returncode}, see above")
    return Playback(received, usage)


def _read(
    process: subprocess.Popen[bytes], tree: ProcessTree, on_line: Callable[[Received, ProcessTree], None]
) -> list[Received]:
    assert process.stdout
    received = []
    with process.stdout as lines:
        for line in lines:
            each = Received(time.monotonic_ns(), msgspec.json.decode(line))
            received.append(each)
            if each.event["type"] == "StageStarted":
                tree.watch(each.event["stage"], each.event["pid"])
            elif each.event["type"] == "ReplayStarted":
                tree.start_counting()
            on_line(each, tree)
    process.wait()
    return received


def first_sample_ns(received: Sequence[Received]) -> dict[str, int]:
    """Return for each source the monotonic time at which its sample 0 was due."""
    starts = (each.event for each in received if each.event["type"] == "CaptureStarted")
    return {event["source"]: event["first_sample_ns"] for event in starts}
