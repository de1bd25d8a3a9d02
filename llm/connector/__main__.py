"""The connector stage: opens connections to the provider the user chose, and hands them to llm.

It alone may open internet sockets, and it sees nothing that is said on them: no word, no key, no request.
What llm says is encrypted from there to the provider. The connector sends and reads not one byte.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from bus.messages import Event, ProblemReported
from bus.stage import Stage
from llm.connector.allowlist import Allowlist
from llm.connector.server import ConnectorServer
from llm.settings import LlmSettings

_TOLD_AT_MOST = 5
_LOOK_S = 0.4  # a choice wakes it at once; every other wake-up costs


def main() -> None:
    """Run the stage."""
    with Stage("connector") as stage:
        allowed = Allowlist(stage.run.settings("llm", LlmSettings))
        with ConnectorServer(
            stage.run.connector_address, stage.run.connector_secret, allowed, Refusals(stage.publish)
        ) as server:
            stage.enter_sandbox()
            for logged in stage.history():
                allowed.apply(logged.event)
            server.start()
            stage.ready("opens connections to this machine, and to whom you chose")
            while not stage.stopping():
                for logged in stage.poll(_LOOK_S):
                    allowed.apply(logged.event)
                server.vouch()
                stage.heartbeat()
    os._exit(0)  # Python would wait for a name that is being looked up


class Refusals:
    """Counts what was refused, and tells of each host once, and of a few at most.

    Args:
        publish: Takes the events.
    """

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._told: set[tuple[str, int]] = set()
        self.count = 0

    def __call__(self, host: str, port: int) -> None:
        """Take note of one."""
        self.count += 1
        if (host, port) in self._told or len(self._told) >= _TOLD_AT_MOST:
            return
        self._told.add((host, port))
        self._publish(
            ProblemReported(
                stage="connector",
                problem=f"a connection to {host} port {port} was asked for, whom nobody chose",
                kept="it was not opened",
                fix="if you chose it, choose it again; if not, end the session and report it (SECURITY.md)",
            )
        )


if __name__ == "__main__":
    main()
