"""The hub's process: `python -m bus`."""

from __future__ import annotations

import os

from bus.hub import Hub
from bus.log import HISTORY_VARIABLE, history_in
from bus.messages import Logged, StageReady
from bus.process_lifecycle import Process
from bus.run import Run
from bus.sandbox import Sandbox


def main() -> None:
    """Serve the run that CUECARD_RUN names until told to stop."""
    with Process("hub") as process:
        run = Run.open()
        sandbox = Sandbox("hub", run.directory, run.tables)  # it hears no sound, but keeps every word
        hub = Hub(run)
        if past := os.environ.get(HISTORY_VARIABLE):
            hub.log.recall(_read_past(int(past)))
        hub.publish(StageReady(stage="hub", sandbox=sandbox.close().summary))
        hub.serve(until=process.stopping)
        hub.close()


def _read_past(descriptor: int) -> list[Logged]:
    """Return what the log was, out of the pipe from whoever takes the session up again.

    Raises:
        Refused: It is none.
    """
    with os.fdopen(descriptor, "rb") as pipe:
        return history_in(pipe.read())


if __name__ == "__main__":
    main()
