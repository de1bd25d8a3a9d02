"""Stage: a process on the bus, with its settings, sandbox, hub client and heartbeat.

There is no base class and no callback: a stage's `main()` owns its loop and calls this object.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from bus.client import HubClient
from bus.failures import Failure
from bus.messages import Event, Heartbeat, Logged, Message, ProblemReported, StageReady
from bus.process.lifecycle import Process, unexpected
from bus.run import Run
from bus.sandbox import Sandbox, check_enforced
from bus.stages.plan import stage_kind
from bus.stages.table import rights_of

HEARTBEAT_INTERVAL_S = 1.0
"""Longest interval between two heartbeats of a work loop; three missed heartbeats are a hang."""

_HEARTBEAT_MIN_INTERVAL_S = 0.05
_HISTORY_WAIT_S = 0.2
_HUB_LIMIT_S = 10.0
_HISTORY_LIMIT_S = 5.0  # a hub silent for longer hangs, and the supervisor restarts it

T = TypeVar("T", bound=msgspec.Struct)


class Stage:
    """The running stage. Enter it on the main thread.

    Args:
        name: The stage's name, "stt" or "vad:mic".
        kinds: Events to subscribe to, instead of those of the wiring table.
    """

    def __init__(self, name: str, *, kinds: frozenset[type[Message]] | None = None) -> None:
        self.name = name
        self._kinds = kinds
        self._process = Process(name)
        self._sandbox_report = ""
        self._heartbeat_at = 0.0
        self._heartbeat_seq = -1

    def settings(self, kind: type[T]) -> T:
        """Return this stage's table of the run's settings."""
        return self.run.settings(stage_kind(self.name), kind)

    def enter_sandbox(self, *, opens_sockets: bool | None = None) -> None:
        """Block sockets; call it after models are loaded and before audio is read.

        Args:
            opens_sockets: Whether it needs to open Unix sockets, if other than the table of stages says.

        Raises:
            MachineFailure: Linux does not enforce it, and --allow-unsandboxed is not set.
            HubUnavailable: The hub, to which no connection can be made later, does not answer.
        """
        self._client.wait_connected(_HUB_LIMIT_S)
        report = self._sandbox.enforce(opens_sockets=opens_sockets)
        self._sandbox_report = report.summary
        if failure := check_enforced(report, self.name, self.run.tables):
            self.report(failure)

    def ready(self, detail: str = "", *, address: str = "") -> None:
        """Publish that the stage is ready, and its address if it serves requests."""
        self.publish(
            StageReady(stage=self.name, detail=detail, sandbox=self._sandbox_report, address=address)
        )

    def publish(self, event: Event) -> None:
        """Publish an event; from any thread."""
        self._client.publish(event)

    def poll(self, timeout_s: float = 0.0) -> list[Logged]:
        """Return the events since the last call; the first call returns the session's history."""
        return self._client.poll(timeout_s)

    def history(self) -> list[Logged]:
        """Return the session's events so far, from which a restarted stage restores its state."""
        events: list[Logged] = []
        give_up = time.monotonic() + _HISTORY_LIMIT_S
        while not self._client.caught_up and time.monotonic() < give_up:
            events += self._client.poll(_HISTORY_WAIT_S)
        return events

    @property
    def caught_up(self) -> bool:
        """Whether `poll` has returned everything up to the hub's last reply."""
        return self._client.caught_up

    def heartbeat(self, *, processed_sample: int = 0) -> None:
        """Publish that the work loop runs. Cheap to call often; call it only from the loop's thread."""
        now, seq = time.monotonic(), self._client.processed_seq
        waited = now - self._heartbeat_at
        if waited < _HEARTBEAT_MIN_INTERVAL_S or (
            waited < HEARTBEAT_INTERVAL_S and seq == self._heartbeat_seq
        ):
            return
        self._heartbeat_at, self._heartbeat_seq = now, seq
        self.publish(Heartbeat(stage=self.name, processed_seq=seq, processed_sample=processed_sample))

    def report(self, failure: Failure) -> None:
        """Report a failure that does not end the stage to the user."""
        self.publish(
            ProblemReported(stage=self.name, problem=failure.problem, kept=failure.kept, fix=failure.fix)
        )

    def stopping(self) -> bool:
        """Tell whether the stage was asked to stop."""
        return self._process.stopping()

    def stop(self) -> None:
        """Ask this stage to stop, as when its window is closed."""
        self._process.stop()

    def __enter__(self) -> Self:
        self._process.__enter__()
        try:
            self.run = Run.open()
            # Before the hub client starts its threads: Landlock covers only later ones.
            self._sandbox = Sandbox(rights_of(self.name), self.run, self.name)
            self._client = HubClient(self.name, self.run, kinds=self._kinds)
        except Failure as failure:
            self._process.__exit__(type(failure), failure, failure.__traceback__)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Failure):
            self.report(error)
            self._process.reported = True
        elif error is not None and not isinstance(error, SystemExit):
            self.publish(ProblemReported(stage=self.name, problem=unexpected(error)))
            self._process.reported = True
        self._client.close()
        self._process.__exit__(kind, error, trace)
