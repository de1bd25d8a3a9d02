"""Saves a session to a file that only the user can read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from bus.failures import MachineFailure, UsageFailure
from session.transcript.record import Exchange, Line, Record


def check(path: Path) -> None:
    """Check, before the session starts, that it can be saved to `path`.

    Raises:
        UsageFailure: Its suffix is no known format, it exists already, or its directory is not writable.
    """
    if path.suffix.lower() not in _FORMATS:
        raise UsageFailure(
            f"{path} has no known format",
            kept="nothing was started",
            fix=f"end the name in {', '.join(_FORMATS)}",
        )
    if path.exists():
        raise UsageFailure(
            f"{path} exists already", kept="it is untouched", fix="give another name, or remove it first"
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageFailure(
            f"the directory {path.parent} does not exist or is not writable",
            kept="nothing was started",
            fix="give a directory that you can write to",
        )


def save(record: Record, path: Path) -> None:
    """Write the session to `path` atomically, with mode 0600.

    Raises:
        MachineFailure: It cannot be written.
    """
    text = _FORMATS[path.suffix.lower()](record)
    try:
        # A random new name with mode 0600: in a shared directory no one can have prepared a link there.
        descriptor, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            unfinished.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MachineFailure(
            f"the session could not be saved to {path} ({error.strerror or error})",
            kept="nothing of the session",
            fix="free space on that disk, or choose another directory next time",
        ) from error


def _markdown(record: Record) -> str:
    parts = ["# Session", "", "## Transcript", ""]
    parts += [f"- **{line.source}** {_clock(line.start_s)} {_marked(line)}" for line in record.lines()]
    for number, exchange in record.exchanges.items():
        parts += ["", f"## Question {number} ({exchange.source})", "", f"> {exchange.text}", ""]
        parts += [f"- {passage.file}, {passage.heading}: {passage.text}" for passage in exchange.passages]
        if exchange.answer:
            ending = f"*{exchange.model}*" if exchange.complete else "*(not complete)*"
            parts += ["", exchange.answer, "", ending]
    parts += record.practice.markdown()
    return "\n".join(parts) + "\n"


def _srt(record: Record) -> str:
    blocks = (
        f"{number}\n{_cue(line, ',')}\n{line.source}: {_marked(line)}\n"
        for number, line in enumerate(record.lines(), 1)
    )
    return "\n".join(blocks)


def _vtt(record: Record) -> str:
    cues = (f"{_cue(line, '.')}\n<v {line.source}>{_escaped(_marked(line))}\n" for line in record.lines())
    return "\n".join(["WEBVTT\n", *cues])


def _json(record: Record) -> str:
    exchanges = {str(number): _as_dict(exchange) for number, exchange in record.exchanges.items()}
    practice = record.practice
    document = {"lines": record.lines(), "questions": exchanges}
    if practice.measured:
        document["practice"] = {"answers": list(practice.measured.values()), "whole": practice.ended}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _as_dict(exchange: Exchange) -> object:
    return msgspec.to_builtins(exchange)


def _marked(line: Line) -> str:
    return f"[unconfirmed] {line.text}" if line.unconfirmed and not line.text.startswith("[") else line.text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _cue(line: Line, point: str) -> str:
    return f"{_stamp(line.start_s, point)} --> {_stamp(line.stop_s, point)}"


def _stamp(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


_FORMATS: dict[str, Callable[[Record], str]] = {".md": _markdown, ".srt": _srt, ".vtt": _vtt, ".json": _json}
