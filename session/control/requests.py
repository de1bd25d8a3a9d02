"""Commands for shortcuts: each publishes one event to the running session.

Imports little, because the user waits for it with a key pressed. A desktop can bind these commands to keys,
also on Wayland, where programs cannot grab keys.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from bus.client import HubClient
from bus.failures import UsageFailure
from bus.messages import (
    AnswerRequested,
    CancelRequested,
    EndRequested,
    Event,
    MomentMarked,
    PauseRequested,
    VariantRequested,
    WindowRequested,
)
from bus.run import RUN_VARIABLE, Run
from bus.run.directories import live_sessions
from bus.wiring import CONTROL

_CONNECT_S = 2.0

REQUESTS: dict[str, Callable[[], Event]] = {
    "answer": lambda: AnswerRequested(by=CONTROL),
    "cancel": lambda: CancelRequested(by=CONTROL),
    "again": lambda: VariantRequested(variant="again", by=CONTROL),
    "shorter": lambda: VariantRequested(variant="shorter", by=CONTROL),
    "longer": lambda: VariantRequested(variant="longer", by=CONTROL),
    "toggle": lambda: WindowRequested(action="toggle", by=CONTROL),
    "next-monitor": lambda: WindowRequested(action="next_monitor", by=CONTROL),
    "mark": lambda: MomentMarked(by=CONTROL),
    "end": lambda: EndRequested(by=CONTROL),
}
"""What the commands without an argument publish."""

PAUSES = {"pause": True, "unpause": False}
MUTES = {"mute": True, "unmute": False}
"""The commands that take the name of a source; to mute is to pause one."""


def handles(arguments: Sequence[str]) -> bool:
    """Return whether these command-line arguments are one of these commands, without options."""
    match arguments:
        case [command]:
            return command in REQUESTS or command in PAUSES
        case [command, source]:
            return command in PAUSES | MUTES and not source.startswith("-")
        case _:
            return False


def request(command: str, source: str = "") -> None:
    """Publish the event of a command to the running session.

    Args:
        command: A name in `REQUESTS`, `PAUSES` or `MUTES`.
        source: The source to pause; empty for all.

    Raises:
        MachineFailure: No session is running, or it does not answer.
        UsageFailure: It has no such source, or several sessions run and one would end.
    """
    run = _find_run(command)
    if source:
        _check_source(source, run)
    paused = (PAUSES | MUTES).get(command)
    event = None if paused is None else PauseRequested(source=source, paused=paused, by=CONTROL)
    with HubClient(CONTROL, run, kinds=frozenset()) as client:
        client.publish(event or REQUESTS[command]())
        client.wait_connected(_CONNECT_S)


def _find_run(command: str) -> Run:
    """Return the newest running session; only `end` demands that it is the only one."""
    run = Run.find()
    sessions = [run.directory] if RUN_VARIABLE in os.environ else live_sessions()
    if len(sessions) > 1 and command == "end":
        raise UsageFailure(
            f"{len(sessions)} sessions are running",
            kept="all of them continue",
            fix=f"name one of them, as in {RUN_VARIABLE}={run.directory} cuecard end",
        )
    if len(sessions) > 1:
        print(f"{len(sessions)} sessions are running; the newest one was chosen", file=sys.stderr)
    return run


def _check_source(source: str, run: Run) -> None:
    sources = run.tables.get("capture", {}).get("sources", {})
    if source not in sources:
        raise UsageFailure(
            f"the session has no source {source!r}",
            kept="nothing was changed",
            fix=f"its sources: {', '.join(sources)}",
        )
