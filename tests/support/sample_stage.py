"""A stage with a chosen behaviour: `python -m tests.support.sample_stage HOW [NAME]`."""

from __future__ import annotations

import os
import signal
import sys

from bus.failures import InputFailure
from bus.stage import Stage


def main(how: str, name: str = "vad:mic") -> None:
    """Send heartbeats until asked to stop, or misbehave."""
    with Stage(name) as stage:
        if how == "refuse":
            raise InputFailure("there is no such ear", fix="grow one")
        if how == "die at once":
            os.kill(os.getpid(), signal.SIGKILL)
        stage.ready(how)
        while how == "deaf" or not stage.stopping():
            stage.poll(0.05)
            if how != "silent":
                stage.heartbeat()
            if how == "close":
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
