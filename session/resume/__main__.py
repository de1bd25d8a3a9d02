"""The keeper's process: `python -m session.resume SUPERVISOR_PID`.

Follows the log like a view. If the supervisor does not stop it, because it was killed or could not save the
session, the keeper holds the log for `keep_s` and serves it to `cuecard resume`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from bus import wiring
from bus.log.session_log import SessionLog
from bus.messages import EndpointPredicted, FinalTranscribed, Logged, LogRedacted, PartialTranscribed
from bus.stage import Stage
from session.resume.keeper_socket import KeeperServer
from session.run.kept_session import KeptSession, encode
from session.settings import SessionSettings

_POLL_S = 0.2
_WITH_WORDS = (PartialTranscribed, EndpointPredicted, FinalTranscribed)


def main() -> None:
    """Follow the session until it ends; if it was killed, hold its log."""
    supervisor = int(sys.argv[1])
    with Stage("keeper", kinds=wiring.LOGGED) as stage, KeeperServer(stage.run.keeper_address) as server:
        keep_s = stage.run.settings("session", SessionSettings).keep_s
        stage.enter_sandbox()
        log = SessionLog()
        _add(log, stage.history())
        stage.ready(f"for {keep_s:.0f} s")
        _follow(stage, supervisor, log)
        if os.getppid() == supervisor:  # it cleans up itself
            return
        directory = stage.run.directory
        try:
            _clear(directory, but=stage.run.keeper_address)
            if _is_worth_keeping(log.all()):
                tables = {name: dict(table) for name, table in stage.run.tables.items()}
                body = encode(KeptSession(tables, log.all(), time.monotonic_ns()))
                log.wipe()
                _serve(stage, server, body, keep_s)
        finally:
            _clear(directory)
            with contextlib.suppress(OSError):
                directory.rmdir()


def _follow(stage: Stage, supervisor: int, log: SessionLog) -> None:
    """Follow the log until the supervisor dies or the stage is asked to stop."""
    while not stage.stopping() and os.getppid() == supervisor:
        _add(log, stage.poll(_POLL_S))
        stage.heartbeat()
    while more := stage.poll(0.0):  # what the hub had sent before it died
        _add(log, more)


def _add(log: SessionLog, events: list[Logged]) -> None:
    for logged in events:
        if logged.seq:
            log.store(logged)
        if isinstance(logged.event, LogRedacted):
            log.redact(logged.event)


def _is_worth_keeping(log: list[Logged]) -> bool:
    """Return whether the log holds words."""
    return any(isinstance(logged.event, _WITH_WORDS) for logged in log)


def _serve(stage: Stage, server: KeeperServer, body: bytes, keep_s: float) -> None:
    """Serve the log until it is taken or its time is over, which includes time the machine sleeps."""
    deadline_s = _now_s() + keep_s
    while not stage.stopping() and _now_s() < deadline_s:
        if server.serve(body, _POLL_S):
            return


def _clear(directory: Path, *, but: Path | None = None) -> None:
    """Remove what killed processes left in the run's directory."""
    for left in sorted(directory.rglob("*"), reverse=True):  # what is in a folder comes before the folder
        with contextlib.suppress(OSError):
            if left.is_dir() and not left.is_symlink():
                left.rmdir()
            elif left != but:
                left.unlink()


def _now_s() -> float:
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


if __name__ == "__main__":
    main()
