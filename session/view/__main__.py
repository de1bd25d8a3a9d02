"""The view stage's process: `python -m session.view json|plain|terminal`."""

from __future__ import annotations

import os
import sys
import time

from bus import wiring
from bus.messages import Logged
from bus.stage import Stage
from session.view.screen import Screen, open_screen

_TURN_S = 0.1
_DRAINED_AFTER_S = 0.06
_DRAIN_AT_MOST_S = 2.0


def main() -> None:
    """Show every event as it comes, and what is still under way when told to stop."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "plain"
    kinds = None if kind == "terminal" else wiring.LOGGED  # only what is drawn can show levels
    with Stage("view", kinds=kinds) as stage, open_screen(kind) as screen:
        stage.enter_sandbox()
        stage.ready(kind)
        try:
            while not stage.stopping():
                _show(screen, stage.poll(_TURN_S))
                for wish in screen.wishes():
                    stage.publish(wish)
                stage.heartbeat()
            _drain(stage, screen)
        except BrokenPipeError:  # whoever read our output has had enough; that ends the session
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _drain(stage: Stage, screen: Screen) -> None:
    """Show what the hub still has; levels, which never end, do not count."""
    give_up_s = time.monotonic() + _DRAIN_AT_MOST_S
    while time.monotonic() < give_up_s:
        events = stage.poll(_DRAINED_AFTER_S)
        _show(screen, events)
        if not any(logged.seq for logged in events):
            return


def _show(screen: Screen, events: list[Logged]) -> None:
    for logged in events:
        screen.apply(logged)
    screen.refresh()


if __name__ == "__main__":
    main()
