"""Exports the spans of a session from the lines of `cuecard run --json`: `cuecard otel`."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from bus.failures import InputFailure, MachineFailure, UsageFailure
from bus.messages import Event, Logged
from session.trace.otlp import Origin, export_request
from session.trace.span_output import Collector, Lines, SpanOutput
from session.trace.utterance_traces import UtteranceTraces

_ID_BYTES = 16


def export(file: Path | None, *, output: Path | None, endpoint: str | None, words: bool) -> None:
    """Read events until their end, and write or send the spans of each utterance when it has an outcome.

    Args:
        file: Lines that `cuecard run --json` printed; None reads standard input while the session runs.
        output: A new file for the spans; None writes them to standard output.
        endpoint: Address of a collector on this machine instead.
        words: Whether spans have the text of utterances and questions.

    Raises:
        UsageFailure: The options exclude each other, or the endpoint is not on this machine.
        InputFailure: The file cannot be read, or has no events.
        MachineFailure: Spans were dropped; raised at the end.
    """
    _check(file, output, endpoint, words=words)
    headers = os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    target = Collector(endpoint, headers) if endpoint else Lines(output)
    try:
        if file is None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the session, and its end this command
            count = _export(sys.stdin.buffer, time.time_ns() - time.monotonic_ns(), target, words=words)
        else:
            with _opened(file) as lines:
                count = _export(lines, _offset_of_file(file), target, words=words)
    finally:
        target.close()
    if not count:
        raise InputFailure(
            "there are no events", kept="nothing else was written", fix="give lines of `cuecard run --json`"
        )
    if target.dropped:
        raise MachineFailure(
            f"{target.dropped} traces were not written ({target.problem})",
            kept="the session itself",
            fix="check the collector, or write to a file with --output",
        )


def events_in(lines: Iterable[bytes]) -> Iterator[Logged]:
    """Yield the events of lines; a line that is no event of this version is left out."""
    for line in lines:
        try:
            fields = msgspec.json.decode(line, type=dict[str, object])
            seq, logged_ns = fields.pop("seq", None), fields.pop("logged_ns", None)
            if isinstance(seq, int) and isinstance(logged_ns, int):
                yield Logged(seq, logged_ns, msgspec.convert(fields, Event))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue


def _check(file: Path | None, output: Path | None, endpoint: str | None, *, words: bool) -> None:
    if endpoint and output:
        raise UsageFailure("--endpoint and --output exclude each other", kept="nothing was written")
    if endpoint and words:
        raise UsageFailure(
            "--words is for files only: a collector may pass spans on to other machines",
            kept="nothing was sent",
            fix="leave out --words, or write to a file with --output",
        )
    if file is None and sys.stdin.isatty():
        raise UsageFailure(
            "there are no events to read",
            fix="write `cuecard run --json | cuecard otel -o FILE`, or name a file with such lines",
        )


def _export(lines: Iterable[bytes], offset_ns: int, target: SpanOutput, *, words: bool) -> int:
    """Export the spans of all lines, and return the number of events."""
    origin = Origin(importlib.metadata.version("cuecard"), os.urandom(_ID_BYTES), offset_ns)
    traces, count = UtteranceTraces(words=words), 0
    for logged in events_in(lines):
        count += 1
        if spans := traces.apply(logged):
            target.put(export_request(spans, origin))
    return count


def _offset_of_file(file: Path) -> int:
    """Return the offset for a file of an earlier session: its last event came when it was written last."""
    with _opened(file) as lines:
        last_ns = max((logged.logged_ns for logged in events_in(lines)), default=0)
    return file.stat().st_mtime_ns - last_ns


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise InputFailure(
            f"{file} cannot be read ({error.strerror or error})", kept="nothing was written"
        ) from error
