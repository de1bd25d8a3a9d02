"""The connector stage: opens TCP connections to allowed hosts for llm.

The only process that may open internet sockets. It sends and reads nothing on them; llm encrypts before the
first byte, so the connector sees no text, key or request.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from bus.failures import StageFailure
from bus.messages import Event, ProblemReported
from bus.stage import Stage
from llm.connector.allowlist import Allowlist
from llm.connector.line import inherited_line, read_choices
from llm.connector.server import ConnectorServer
from llm.settings import LlmSettings

_MAX_REPORTS = 5
_POLL_S = 0.4


def main() -> None:
    """Run the stage."""
    with Stage("connector") as stage:
        line = inherited_line(os.environ)
        if line is None:
            raise StageFailure(
                "the connector has no line to llm", kept="nothing was started", fix="start a session"
            )
        allowlist = Allowlist(
            stage.run.settings("llm", LlmSettings), functools.partial(read_choices, os.environ)
        )
        with ConnectorServer(line, allowlist, BlockedHosts(stage.publish)) as server:
            stage.enter_sandbox()
            server.start()
            stage.ready("opens connections to this machine and the chosen providers")
            while not stage.stopping():
                stage.poll(_POLL_S)
                server.check_alive()
                stage.heartbeat()
    os._exit(0)  # a normal exit would wait for name lookups in progress


class BlockedHosts:
    """Counts blocked requests and reports each host once, for a few hosts at most."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._reported: set[tuple[str, int]] = set()
        self.count = 0

    def __call__(self, host: str, port: int) -> None:
        """Count a blocked request for this host and port."""
        self.count += 1
        if (host, port) in self._reported or len(self._reported) >= _MAX_REPORTS:
            return
        self._reported.add((host, port))
        self._publish(
            ProblemReported(
                stage="connector",
                problem=f"blocked a connection to {host} port {port}, which is not a chosen provider",
                kept="the connection was not opened",
                fix="if you chose it, choose it again; if not, end the session and report it (SECURITY.md)",
            )
        )


if __name__ == "__main__":
    main()
