"""The hub's process: `python -m bus`."""

from __future__ import annotations

import os

import msgspec

from bus.failures import Refused
from bus.hub import Hub
from bus.log import PAST_VARIABLE
from bus.messages import Logged, StageReady
from bus.process import Process
from bus.run import Run
from bus.sandbox import Cage


def main() -> None:
    """Serve the run that CUECARD_RUN names until told to stop."""
    with Process("hub") as process:
        run = Run.open()
        cage = Cage("hub", run.directory, run.tables)  # it hears no sound, but keeps every word
        hub = Hub(run)
        if past := os.environ.get(PAST_VARIABLE):
            hub.log.recall(_read_past(int(past)))
        hub.say(StageReady(stage="hub", sandbox=cage.close().summary))
        hub.serve(until=process.stopping)
        hub.close()


def _read_past(descriptor: int) -> list[Logged]:
    """Return the log of the session that is taken up again, out of the pipe from whoever does so.

    Raises:
        Refused: It is none.
    """
    with os.fdopen(descriptor, "rb") as pipe:
        try:
            return msgspec.msgpack.decode(pipe.read(), type=list[Logged])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(f"what was kept of the session is no log ({type(error).__name__})") from error


if __name__ == "__main__":
    main()
