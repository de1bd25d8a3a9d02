"""`cuecard resume`: continues or saves a session from the log that its keeper holds.

Event numbers continue, devices are captured again, recordings continue at the current time of their clock.
Typed keys are not retained.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import typer

from bus.failures import BusFailure, MachineFailure, Rejected, SettingsFailure, UsageFailure
from bus.messages import Logged, SessionEnding
from bus.process.private_memory import forbid_memory_access
from bus.run.directories import kept_sessions
from session import encryption
from session.run import isolation
from session.run.end.result import saved_session, start_time
from session.run.end.statistics import Statistics
from session.run.kept_session import DROP, GIVE, TAKEN, KeptSession, decode
from session.run.launch import plans_for, run_and_report
from session.run.loop import LiveSession
from session.run.resumed_log import ResumedLog
from session.settings import SCHEMA, AllSettings, SessionSettings
from session.store.saving import SaveFiles, save_paths, with_save_files
from session.transcript import save
from session.transcript.record import Record
from stt.utterances.open_utterances import OpenUtterances

_REPLY_TIMEOUT_S = 5.0
_LENGTH_BYTES = 8
_LARGEST_BYTES = 1 << 30


def resume(*, session: Mapping[str, Any], ends: bool, passphrase_file: Path | None = None) -> None:
    """Continue the session that was killed last.

    Args:
        session: Values that replace those of the table [session]; None means not given.
        ends: Do not continue: save it if a file is given, and delete it.
        passphrase_file: File with the passphrase, if the saved file is encrypted; it is asked for otherwise.

    Raises:
        Failure: There is no session to resume, or it cannot continue.
    """
    forbid_memory_access()  # the session's record is in this process
    with _connect_to_keeper() as connection:
        if ends and not (session.get("save") or session.get("store")):
            connection.sendall(DROP)
            connection.recv(len(DROP))
            typer.echo("the session is deleted from memory", err=True)
            return
        kept = _receive_kept(connection)
        if not ends and any(isinstance(logged.event, SessionEnding) for logged in kept.events):
            raise UsageFailure(
                "the session has ended, and only waits to be saved",
                kept="its log, in memory for a limited time",
                fix="save it with `cuecard resume --end --save FILE`",
            )
        settings = _settings(kept, session)
        if settings.session.save:
            save.check(Path(settings.session.save))
        passphrase = ""
        if any(encryption.is_encrypted(path) for path in save_paths(settings.session)):
            passphrase = encryption.new_passphrase(passphrase_file)
        if ends:
            _save(kept, settings.session, passphrase)
            connection.sendall(TAKEN)
            return
        _continue(kept, settings, passphrase, connection)


def _continue(kept: KeptSession, settings: AllSettings, passphrase: str, connection: socket.socket) -> None:
    def confirm() -> None:
        with contextlib.suppress(OSError):  # it was confirmed before
            connection.sendall(TAKEN)
            connection.shutdown(socket.SHUT_WR)

    resumed = ResumedLog(kept, confirm)
    plans = resumed.with_log_for_hub(plans_for(settings, practises=settings.llm.answer == "feedback"))
    plans = isolation.with_keys(plans, settings.llm)
    starter = isolation.make_starter()
    run_and_report(LiveSession(settings, plans, starter, resumed=resumed), settings, passphrase)


def _connect_to_keeper() -> socket.socket:
    """Return a connection to the keeper of the session that was killed last.

    Raises:
        MachineFailure: There is none.
    """
    for address in kept_sessions():
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_REPLY_TIMEOUT_S)
        try:
            connection.connect(str(address))
        except OSError:  # its keeper has just ended
            connection.close()
            continue
        return connection
    raise MachineFailure(
        "there is no session to resume",
        kept="a killed session is retained for ten minutes, one that ended is not",
        fix="start one with `cuecard run`",
    )


def _receive_kept(connection: socket.socket) -> KeptSession:
    try:
        connection.sendall(GIVE)
        length = int.from_bytes(_receive_exactly(connection, _LENGTH_BYTES))
        if length > _LARGEST_BYTES:
            raise Rejected(f"the retained session has {length} bytes, which is too many")
        return decode(_receive_exactly(connection, length))
    except (OSError, BusFailure) as error:
        raise MachineFailure(
            f"the session cannot be resumed ({error})",
            kept="the session, if its ten minutes are not over",
            fix="try again; another `cuecard resume` may be running",
        ) from error


def _receive_exactly(connection: socket.socket, count: int) -> bytes:
    body = bytearray()
    while len(body) < count:
        more = connection.recv(min(count - len(body), 1 << 20))
        if not more:
            raise ConnectionResetError("the connection was closed early")
        body += more
    return bytes(body)


def _settings(kept: KeptSession, session: Mapping[str, Any]) -> AllSettings:
    """Return the settings of the killed session, with new values for its display and file.

    Its recording is not continued: the passphrase is not retained, and neither is its key.
    """
    try:
        tables: dict[str, Any] = {
            name: msgspec.convert(kept.tables.get(name, {}), kind) for name, kind in SCHEMA.items()
        }
        settings = AllSettings(**tables)
        given = {"record": "", **{name: value for name, value in session.items() if value is not None}}
        display = msgspec.convert({**msgspec.to_builtins(settings.session), **given}, type(settings.session))
    except msgspec.ValidationError as error:
        raise SettingsFailure(f"the settings of the session are not valid: {error}") from error
    return dataclasses.replace(settings, session=with_save_files(display))


def _save(kept: KeptSession, settings: SessionSettings, passphrase: str) -> None:
    record, statistics, utterances = Record(), Statistics(), OpenUtterances()
    for logged in kept.events:
        record.apply(logged)
        statistics.apply(logged)
        utterances.apply(logged)
    for outcome in utterances.close("the session was killed"):
        record.apply(Logged(0, 0, outcome))
    saved = saved_session(record, statistics, start_time(record.started_ns))
    try:
        with SaveFiles(settings, passphrase) as files:
            saved_to = ", ".join(map(str, files.write(saved)))
    except MachineFailure as failure:
        raise save.kept_in_memory(failure) from failure
    typer.echo(f"saved to {saved_to}; the session is deleted from memory", err=True)
