"""The hub's process: `python -m bus`."""

from __future__ import annotations

from bus.hub import Hub
from bus.messages import StageReady
from bus.process import Process
from bus.run import Run


def main() -> None:
    """Serve the run that CUECARD_RUN names until told to stop."""
    with Process("hub") as process:
        hub = Hub(Run.open())
        hub.say(StageReady(stage="hub"))
        hub.serve(until=process.stopping)
        hub.close()


if __name__ == "__main__":
    main()
