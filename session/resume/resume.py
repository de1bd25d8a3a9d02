"""`cuecard resume`: a session that was killed goes on, from the log that its keeper holds in memory.

The numbers go on, and so do the sources: devices from now on, recordings where their clock is by now. What
was said in between was not heard; the log says so. Keys were never kept: such as were typed are not there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
from pathlib import Path
from typing import Any

import msgspec
import typer

from bus import run
from bus.failures import BusFailure, MachineFailure, Rejected, SettingsFailure
from bus.private_memory import forbid_memory_access
from session.run.kept_session import DROP, GIVE, TAKEN, KeptSession, decode
from session.run.launch import plans_for, run_and_report
from session.run.loop import LiveSession
from session.run.resumed_log import ResumedLog
from session.settings import SCHEMA, AllSettings
from session.transcript import save
from session.transcript.record import Record

_REPLY_TIMEOUT_S = 5.0
_LENGTH_BYTES = 8
_LARGEST_BYTES = 1 << 30


def resume(*, session: dict[str, Any], ends: bool) -> None:
    """Take up the session that was killed last.

    Args:
        session: Values for the table [session], in the place of those of then; None means not given.
        ends: Do not go on: only save it, when that is wanted, and have it wiped.

    Raises:
        Failure: There is nothing to take up, or it cannot go on.
    """
    forbid_memory_access()  # the session's record is in this process
    with _connect_to_keeper() as line:
        if ends and not session.get("save"):
            line.sendall(DROP)
            line.recv(len(DROP))
            typer.echo("what was kept of the session is wiped", err=True)
            return
        kept = _receive_kept(line)
        settings = _settings(kept, session)
        if settings.session.save:
            save.check(Path(settings.session.save))
        if ends:
            _save(kept, Path(settings.session.save))
            line.sendall(TAKEN)
            return
        _continue(kept, settings, line)


def _continue(kept: KeptSession, settings: AllSettings, line: socket.socket) -> None:
    def on_handed_over() -> None:
        with contextlib.suppress(OSError):  # it has been told before
            line.sendall(TAKEN)
            line.shutdown(socket.SHUT_WR)

    past = ResumedLog(kept, on_handed_over)
    plans = past.with_log_for_hub(plans_for(settings, practises=settings.llm.answer == "feedback"))
    run_and_report(LiveSession(settings, plans, past=past), settings)


def _connect_to_keeper() -> socket.socket:
    """Return a line to whoever keeps the session that was killed last.

    Raises:
        MachineFailure: Nobody keeps any.
    """
    for address in run.kept_sessions():
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_REPLY_TIMEOUT_S)
        try:
            line.connect(str(address))
        except OSError:  # its time was over just now
            line.close()
            continue
        return line
    raise MachineFailure(
        "there is no session to take up",
        kept="nothing: one that ended well leaves nothing, and one that was killed is kept for ten minutes",
        fix="start one with `cuecard run`",
    )


def _receive_kept(line: socket.socket) -> KeptSession:
    try:
        line.sendall(GIVE)
        length = int.from_bytes(_receive_exactly(line, _LENGTH_BYTES))
        if length > _LARGEST_BYTES:
            raise Rejected("what was kept is too large to be ours")
        return decode(_receive_exactly(line, length))
    except (OSError, BusFailure) as error:
        raise MachineFailure(
            f"the session cannot be taken up ({error})",
            kept="it is still kept, if its time is not over",
            fix="try again; another `cuecard resume` may be at it",
        ) from error


def _receive_exactly(line: socket.socket, count: int) -> bytes:
    body = bytearray()
    while len(body) < count:
        more = line.recv(min(count - len(body), 1 << 20))
        if not more:
            raise ConnectionResetError("it ends in the middle")
        body += more
    return bytes(body)


def _settings(kept: KeptSession, session: dict[str, Any]) -> AllSettings:
    """Return the settings with which the session was started, shown and saved as is wanted now."""
    try:
        tables: dict[str, Any] = {
            name: msgspec.convert(kept.tables.get(name, {}), kind) for name, kind in SCHEMA.items()
        }
        settings = AllSettings(**tables)
        given = {name: value for name, value in session.items() if value is not None}
        shown = msgspec.convert({**msgspec.to_builtins(settings.session), **given}, type(settings.session))
    except msgspec.ValidationError as error:
        raise SettingsFailure(f"the settings of the session do not fit: {error}") from error
    return dataclasses.replace(settings, session=shown)


def _save(kept: KeptSession, path: Path) -> None:
    record = Record()
    for logged in kept.events:
        record.apply(logged)
    save.save(record, path)
    typer.echo(f"saved to {path}; what was kept of the session is wiped", err=True)
