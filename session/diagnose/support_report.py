"""`cuecard report`: writes a support report without transcripts, keys or personal data.

Nothing is sent. Of settings and events it includes numbers, booleans, fixed choices, and text that the
program itself made. Findings that may name a device, host or folder are reduced to whether they are met.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import statistics
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import psutil
import typer

from bus.client import HubClient
from bus.failures import Failure, MachineFailure, UsageFailure
from bus.messages import Logged
from bus.messages.redaction import redacted
from bus.run import Run
from bus.run.directories import running_sessions
from bus.wiring import CONTROL, LOGGED
from session import settings as all_settings
from session.doctor.finding import Finding
from session.doctor.report import examine
from session.run.history import Day, History, stored_history
from session.store.folder import delete_expired, entries

_PACKAGES = (
    "cuecard", "ctranslate2", "faster-whisper", "onnxruntime", "numpy", "pyzmq", "msgspec", "httpx", "PyQt6",
    "sounddevice", "soundfile", "av", "tokenizers", "keyring", "xllamacpp",
)  # fmt: skip
_OPEN_FINDINGS = (
    "Python",
    "packages",
    "cores",
    "sandbox",
    "CUDA",
    "display",
    "keychain",
    "memory lock",
    "model ",
)
"""Beginnings of the names of checks whose details hold no user data."""

_OPEN_SETTINGS = frozenset({"stt.compute_type", "stt.language", "stt.first_source"})
_SUFFIXES = (".json", ".txt", "")
_WITHHELD = "(withheld)"
_FIRST_POLL_S = 3.0
_POLL_S = 0.1


def report(output: Path | None) -> None:
    """Write the report and print its path.

    Args:
        output: The file; None for a new one in the current directory.

    Raises:
        UsageFailure: The file exists already, or its suffix names another format.
        MachineFailure: It cannot be written.
    """
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    path = output or Path(f"cuecard-report-{stamp}.json")
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageFailure(
            f"a report is JSON, and {path} has another suffix",
            kept="nothing was written",
            fix="end the name in .json",
        )
    history = stored_history()
    document = {
        "about": "Made by `cuecard report`: no audio, no transcripts, no keys. Read it before you send it.",
        "versions": _versions(),
        "machine": _machine(),
        "doctor": [_finding(found) for found in examine()],
        "settings": _settings(),
        "session": _session(),
        "store": _store(),
        "history": msgspec.to_builtins(history),
    }
    _write(path, msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    for line in history_lines(history):
        typer.echo(line)
    typer.echo(f"{path}: nothing was sent; read it before you send it")


def _store() -> dict[str, int]:
    """Return how much is in the store of saved sessions."""
    delete_expired()
    stored = entries()
    return {
        "sessions": sum(entry.kind == "session" for entry in stored),
        "measures": sum(entry.kind == "measures" for entry in stored),
        "encrypted": sum(entry.is_encrypted for entry in stored),
        "with expiry": sum(entry.until is not None for entry in stored),
    }


def history_lines(history: History) -> Iterator[str]:
    """Yield what is known of past sessions, in words. Pure."""
    for month, day in _by_month(history).items():
        yield f"{month}: {day.sessions} sessions, {day.minutes:.0f} minutes, {day.questions} questions"
    for crash in reversed(history.crashes):
        place = f", {crash.error} at {crash.place}" if crash.error else ""
        yield f"{crash.at:%Y-%m-%d %H:%M}: {crash.stage} {crash.cause}{place} (Cuecard {crash.program})"


def _by_month(history: History) -> dict[str, Day]:
    months: dict[str, Day] = {}
    for date, day in sorted(history.days.items()):
        before = months.get(f"{date:%Y-%m}", Day())
        months[f"{date:%Y-%m}"] = Day(
            sessions=before.sessions + day.sessions,
            minutes=before.minutes + day.minutes,
            questions=before.questions + day.questions,
        )
    return months


def redacted_settings(tables: Mapping[str, msgspec.Struct]) -> dict[str, Any]:
    """Return the settings that differ from the defaults, with texts withheld."""
    shown: dict[str, Any] = {}
    for table, values in tables.items():
        default = type(values)()
        for field in msgspec.structs.fields(type(values)):
            name, value = f"{table}.{field.name}", getattr(values, field.name)
            if value != getattr(default, field.name):
                shown[name] = value if _is_open(name, field.type) else _WITHHELD
    return shown


def summary_of(log: Iterable[Logged]) -> dict[str, Any]:
    """Return count, times and numbers of each type of event, without text."""
    events = list(log)
    by_type: dict[str, list[Logged]] = defaultdict(list)
    for logged in events:
        by_type[type(logged.event).__name__].append(logged)
    start_ns = events[0].logged_ns if events else 0
    return {name: _summary_of_type(events, start_ns) for name, events in by_type.items()}


def _summary_of_type(events: list[Logged], start_ns: int) -> dict[str, Any]:
    numbers: dict[str, list[float]] = defaultdict(list)
    texts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for logged in events:
        for field, value in redacted(logged.event).items():
            if isinstance(value, bool | str):
                texts[field][str(value)] += 1
            elif value is not None and not field.endswith(("_ns", "_sample", "pid")):
                numbers[field].append(value)
    return {
        "count": len(events),
        "first_s": round((events[0].logged_ns - start_ns) / 1e9, 3),
        "last_s": round((events[-1].logged_ns - start_ns) / 1e9, 3),
        **{field: dict(counts) for field, counts in texts.items()},
        **{
            field: {"median": round(statistics.median(values), 3), "most": round(max(values), 3)}
            for field, values in numbers.items()
        },
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "missing"
    return found


def _machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "screen": next((n for n in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(n)), "none"),
    }


def _finding(found: Finding) -> dict[str, Any]:
    is_open = found.name.startswith(_OPEN_FINDINGS)
    detail = found.detail.replace(str(Path.home()), "~") if is_open else _WITHHELD
    return {"name": found.name, "ok": found.ok, "detail": detail}


def _settings() -> dict[str, Any]:
    try:
        return redacted_settings(all_settings.load(None, {}).tables())
    except Failure as failure:
        return {"cannot be read": type(failure).__name__}


def _is_open(name: str, kind: Any) -> bool:
    kind = typing.get_args(kind)[0] if typing.get_origin(kind) is typing.Annotated else kind
    closed_choice = typing.get_origin(kind) is Literal
    return kind in (int, float, bool) or closed_choice or name in _OPEN_SETTINGS


def _session() -> dict[str, Any]:
    """Return the summary of the running session's events; empty if none is running."""
    if not running_sessions():
        return {}
    try:
        with HubClient(CONTROL, Run.find(), kinds=LOGGED) as client:
            log = client.poll(_FIRST_POLL_S)
            while more := client.poll(_POLL_S):
                log += more
    except Failure as failure:
        return {"cannot be read": type(failure).__name__}
    return summary_of(log)


def _write(path: Path, text: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except FileExistsError:
        raise UsageFailure(
            f"{path} exists already", kept="it is untouched", fix="give another name"
        ) from None
    except OSError as error:
        raise MachineFailure(
            f"the report cannot be written to {path} ({error.strerror or error})",
            kept="nothing",
            fix="choose another file with --output",
        ) from error
