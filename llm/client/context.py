"""Context of the client: settings, event bus and sockets, shared by all its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bus.failures import Failure
from bus.messages import Event, ProblemReported
from llm.client.http.sockets import SocketSource
from llm.keys import keychain
from llm.keys.provider_keys import ReadStored
from llm.settings import LlmSettings


@dataclass(frozen=True)
class ClientContext:
    """Dependencies that the client's modules share."""

    settings: LlmSettings
    publish: Callable[[Event], None]
    """Publishes an event; thread-safe."""
    sockets: SocketSource
    """Opens TCP connections."""
    model_token: bytes = b""
    """Derives the key of the small model's server."""
    read_stored_key: ReadStored = keychain.read
    """Reads a key from the system's key store."""


class ProblemReporter:
    """Publishes failures, each once until something works again."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._last = ""

    def report(self, failure: Failure, *, kept: str = "", fix: str = "") -> None:
        """Publish a failure unless it was the last one; `kept` and `fix` override the failure's own."""
        if failure.problem != self._last:
            self._last = failure.problem
            kept, fix = kept or failure.kept, fix or failure.fix
            self._publish(ProblemReported(stage="llm", problem=failure.problem, kept=kept, fix=fix))

    def reset(self) -> None:
        """Report the next failure even if it equals the last."""
        self._last = ""
