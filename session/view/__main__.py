"""The view stage's process: `python -m session.view json|plain|terminal`."""

from __future__ import annotations

import io
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext

from bus import wiring
from bus.failures import UsageFailure
from bus.messages import Logged
from bus.run import Run
from bus.stage import Stage
from session.view.page_address import page_lines
from session.view.view import View

_POLL_S = 0.1
_DRAINED_AFTER_S = 0.06
_MAX_DRAIN_S = 2.0


def main() -> None:
    """Show every event as it arrives, and on stop those that are still in flight."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "plain"
    _keep_no_output()
    kinds = None if kind == "terminal" else wiring.LOGGED  # only the terminal view shows levels
    with Stage("view", kinds=kinds) as stage, open_view(kind, stage.run) as view:
        stage.enter_sandbox()
        stage.ready(kind)
        try:
            while not stage.stopping():
                _show(view, stage.poll(_POLL_S))
                for action in view.actions():
                    stage.publish(action)
                stage.heartbeat()
            _drain(stage, view)
        except BrokenPipeError:  # the reader closed standard output, which ends the session
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _keep_no_output() -> None:
    """Give standard output no buffer, in which words would stay that are struck later."""
    before = sys.stdout
    raw = io.FileIO(before.fileno(), "wb", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw, buffer_size=1), encoding=before.encoding, errors=before.errors
    )


def open_view(kind: str, run: Run) -> AbstractContextManager[View]:
    """Return a view on standard output.

    Args:
        kind: "json", "plain" or "terminal".
        run: The run, with its settings.

    Raises:
        UsageFailure: There is no view of that name.
    """
    # Imported one at a time: JSON lines need no rich, and start faster without it.
    if kind == "json":
        from session.view.json_lines import JsonLines

        return nullcontext(JsonLines())
    if kind == "plain":
        from session.view.plain import PlainLines

        return PlainLines(verbose=bool(run.tables.get("session", {}).get("verbose")))
    if kind == "terminal":
        from session.view.terminal.live_terminal import LiveTerminal

        return LiveTerminal(page_lines(run))
    raise UsageFailure(f"there is no view {kind!r}", fix="use json, plain or terminal")


def _drain(stage: Stage, view: View) -> None:
    """Show what the hub still has; levels, which never end, do not count."""
    deadline_s = time.monotonic() + _MAX_DRAIN_S
    while time.monotonic() < deadline_s:
        events = stage.poll(_DRAINED_AFTER_S)
        _show(view, events)
        if not any(logged.seq for logged in events):
            return


def _show(view: View, events: list[Logged]) -> None:
    for logged in events:
        view.apply(logged)
    view.refresh()


if __name__ == "__main__":
    main()
