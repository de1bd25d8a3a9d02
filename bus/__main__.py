"""Entry point of the hub process: `python -m bus`."""

from __future__ import annotations

import os

from bus.hub import Hub
from bus.log.session_log import HISTORY_VARIABLE, history_in
from bus.messages import Logged, StageReady
from bus.process.lifecycle import Process
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import HUB, rights_of


def main() -> None:
    """Serve the run that CUECARD_RUN names until SIGTERM."""
    with Process(HUB) as process:
        run = Run.open()
        sandbox = Sandbox(rights_of(HUB), run, HUB)  # no audio here, but every transcript
        hub = Hub(run)
        if history := os.environ.get(HISTORY_VARIABLE):
            hub.log.restore(_read_history(int(history)))
        hub.publish(StageReady(stage=HUB, sandbox=sandbox.enforce().summary))
        hub.serve(until=process.stopping)
        hub.close()


def _read_history(descriptor: int) -> list[Logged]:
    """Read the log of a resumed session from a pipe.

    Raises:
        Rejected: The bytes are not a log.
    """
    with os.fdopen(descriptor, "rb") as pipe:
        return history_in(pipe.read())


if __name__ == "__main__":
    main()
