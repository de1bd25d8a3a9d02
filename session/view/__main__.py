"""The view stage's process: `python -m session.view json|plain|terminal`."""

from __future__ import annotations

import os
import sys

from bus import wiring
from bus.messages import Logged
from bus.stage import Stage
from session.view.screen import Screen, open_screen

_TURN_S = 0.12
_DRAINED_AFTER_S = 0.15


def main() -> None:
    """Show every event as it comes, and what is still under way when told to stop."""
    kind = sys.argv[1]
    kinds = wiring.KEPT if kind == "json" else None
    with Stage("view", kinds=kinds) as stage, open_screen(kind) as screen:
        stage.ready(kind)
        try:
            while not stage.stopping():
                _show(screen, stage.hear(_TURN_S))
                for request in screen.requests():
                    stage.say(request)
                stage.beat()
            while events := stage.hear(_DRAINED_AFTER_S):
                _show(screen, events)
        except BrokenPipeError:  # whoever read our output has had enough; that ends the session
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show(screen: Screen, events: list[Logged]) -> None:
    for logged in events:
        screen.hear(logged)
    screen.refresh()


if __name__ == "__main__":
    main()
