"""The keeper's process: `python -m session.resume SUPERVISOR_PID`.

Follows the log like any view. When the supervisor is gone without having said that the session ends, it holds
the log for as long as the settings say and hands it to a `cuecard resume`; then, or when nobody comes, it
leaves nothing behind. It is the one process of a session that does not die with the supervisor.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from bus import wiring
from bus.log import SessionLog
from bus.messages import FinalTranscribed, Logged, SessionEnding
from bus.stage import Stage
from session.resume.keeper_socket import Door
from session.run.kept_session import Kept, encode
from session.settings import SessionSettings

_TURN_S = 0.2


def main() -> None:
    """Follow the session until it ends; hold its log if it was killed."""
    supervisor = int(sys.argv[1])
    with Stage("keeper", kinds=wiring.LOGGED) as stage, Door(stage.run.keeper_address) as door:
        keep_s = stage.run.settings("session", SessionSettings).keep_s
        stage.enter_sandbox()
        log = SessionLog()
        _keep(log, stage.history())
        stage.ready(f"for {keep_s:.0f} s")
        _follow(stage, supervisor, log)
        if os.getppid() == supervisor:  # which clears up itself
            return
        directory = stage.run.directory
        try:
            _clear(directory, but=stage.run.keeper_address)
            if _worth_keeping(log.all()):
                tables = {name: dict(table) for name, table in stage.run.tables.items()}
                body = encode(Kept(tables, log.all(), time.monotonic_ns()))
                log.wipe()
                _hold(stage, door, body, keep_s)
        finally:
            _clear(directory)
            with contextlib.suppress(OSError):
                directory.rmdir()


def _follow(stage: Stage, supervisor: int, log: SessionLog) -> None:
    """Keep the rest of the log, up to the supervisor's end or until the stage was told to stop."""
    while not stage.stopping() and os.getppid() == supervisor:
        _keep(log, stage.poll(_TURN_S))
        stage.heartbeat()
    while more := stage.poll(0.0):  # what the hub had sent before it died, too
        _keep(log, more)


def _keep(log: SessionLog, heard: list[Logged]) -> None:
    for logged in heard:
        if logged.seq:
            log.store(logged)


def _worth_keeping(log: list[Logged]) -> bool:
    """Tell whether words would be lost, and the user did not want the end."""
    kinds = {type(logged.event) for logged in log}
    return FinalTranscribed in kinds and SessionEnding not in kinds


def _hold(stage: Stage, door: Door, body: bytes, keep_s: float) -> None:
    """Wait for somebody to take the log up; a machine that sleeps does not make it wait longer."""
    give_up_s = _now_s() + keep_s
    while not stage.stopping() and _now_s() < give_up_s:
        if door.answer(body, _TURN_S):
            return


def _clear(directory: Path, *, but: Path | None = None) -> None:
    """Remove what the dead left in the run's directory."""
    with contextlib.suppress(OSError):
        for left in directory.iterdir():
            if left != but:
                left.unlink(missing_ok=True)


def _now_s() -> float:
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


if __name__ == "__main__":
    main()
