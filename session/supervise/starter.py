"""Starts stages in this process; `session.supervise.spawner` does it for a sandboxed supervisor."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bus.local_socket import PASSES_SOCKETS
from bus.run import Run
from bus.stages.plan import StagePlan
from llm.connector.line import ConnectorLine
from session.supervise.child import Child


class RunningStage(Protocol):
    """A process that a starter started."""

    @property
    def pid(self) -> int:
        """The process id."""

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """Kill it."""

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end for at most this long; return its exit code, or None."""


class Starter(Protocol):
    """Starts stages."""

    def start(self, plan: StagePlan, run: Run) -> RunningStage:
        """Start a stage.

        Raises:
            StageFailure: There is no process that could.
        """

    def choose(self, provider: str) -> None:
        """Tell the connector that the user chose a provider."""

    def close(self) -> None:
        """Release what the stages shared."""


class LocalStarter:
    """Starts stages as children of this process. Use it on the main thread."""

    def __init__(self) -> None:
        self._line = ConnectorLine() if PASSES_SOCKETS else None

    def start(self, plan: StagePlan, run: Run) -> Child:
        """Start a stage, llm and the connector with the line between them."""
        if self._line is None or plan.kind not in ("llm", "connector"):
            return Child(plan, run)
        inherited = self._line.of_llm if plan.kind == "llm" else self._line.of_connector
        return Child(replace(plan, descriptors=(*plan.descriptors, *inherited)), run)

    def choose(self, provider: str) -> None:
        """Tell the connector that the user chose a provider."""
        if self._line:
            self._line.choose(provider)

    def close(self) -> None:
        """Close the line."""
        if self._line:
            self._line.close()
            self._line = None
