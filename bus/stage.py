"""A stage: a process on the bus. Set up, attach, announce, loop.

No base class and no callbacks: a stage's `main()` owns its loop and asks this object for what it needs.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from bus.client import HubClient
from bus.failures import Failure, MachineFailure
from bus.messages import Event, Heartbeat, Logged, Message, ProblemReported, StageReady
from bus.process_lifecycle import Process, unexpected
from bus.run import Run
from bus.sandbox import Sandbox

BEAT_EVERY_S = 1.0
"""A stage's work loop must turn and beat at least this often; three missed beats are a hang."""

_BEAT_AT_MOST_EVERY_S = 0.05
_HISTORY_WAIT_S = 0.2
_HISTORY_LIMIT_S = 5.0  # a hub that gives no answer for so long hangs, and the supervisor sees to that

T = TypeVar("T", bound=msgspec.Struct)


class Stage:
    """This process's end of the bus. To be entered on the main thread.

    Args:
        name: The stage's name, "stt" or "vad:mic".
        kinds: Events to follow, when not those of the wiring table.
    """

    def __init__(self, name: str, *, kinds: frozenset[type[Message]] | None = None) -> None:
        self.name = name
        self._kinds = kinds
        self._process = Process(name)
        self._sandbox_report = ""
        self._beaten_at = 0.0
        self._beaten_seq = -1

    def settings(self, kind: type[T]) -> T:
        """Return this stage's table of the run's settings."""
        return self.run.settings(self.name.partition(":")[0], kind)

    def enter_sandbox(self) -> None:
        """Give up the right to open internet sockets; after models are loaded, before audio is touched.

        Raises:
            MachineFailure: The kernel could enforce it and does not, and the user has not said to go on.
        """
        report = self._sandbox.close()
        self._sandbox_report = report.summary
        if report.enforced or sys.platform != "linux":
            return
        failure = MachineFailure(
            f"{self.name} cannot be kept off the network ({report.summary})",
            kept="it has heard nothing",
            fix="see `cuecard doctor`; --allow-unsandboxed goes on without, on your word",
        )
        if not self.run.tables.get("session", {}).get("allow_unsandboxed"):
            raise failure
        self.report(failure)

    def ready(self, detail: str = "", *, address: str = "") -> None:
        """Announce that the stage works now, and where it can be asked if it serves others."""
        self.publish(
            StageReady(stage=self.name, detail=detail, sandbox=self._sandbox_report, address=address)
        )

    def publish(self, event: Event) -> None:
        """Say an event; from any thread."""
        self._client.publish(event)

    def poll(self, timeout_s: float = 0.0) -> list[Logged]:
        """Return the events that came since the last call; the first call returns the session so far."""
        return self._client.poll(timeout_s)

    def history(self) -> list[Logged]:
        """Return the session so far: what a restarted stage must know before it acts."""
        events: list[Logged] = []
        give_up = time.monotonic() + _HISTORY_LIMIT_S
        while not self._client.caught_up and time.monotonic() < give_up:
            events += self._client.poll(_HISTORY_WAIT_S)
        return events

    @property
    def caught_up(self) -> bool:
        """Whether `poll` has returned all that had happened when the hub answered last."""
        return self._client.caught_up

    def heartbeat(self, *, processed_sample: int = 0) -> None:
        """Show that the work loop turns. Cheap to call often; call it from no other thread."""
        now, seq = time.monotonic(), self._client.processed_seq
        waited = now - self._beaten_at
        if waited < _BEAT_AT_MOST_EVERY_S or (waited < BEAT_EVERY_S and seq == self._beaten_seq):
            return
        self._beaten_at, self._beaten_seq = now, seq
        self.publish(Heartbeat(stage=self.name, processed_seq=seq, processed_sample=processed_sample))

    def report(self, failure: Failure) -> None:
        """Tell the user of a failure that does not end the stage."""
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
            # Before the line to the hub, which starts threads: they shall be in the sandbox as well.
            self._sandbox = Sandbox(self.name, self.run.directory, self.run.tables)
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
            self._process.told = True
        elif error is not None and not isinstance(error, SystemExit):
            self.publish(ProblemReported(stage=self.name, problem=unexpected(error)))
            self._process.told = True
        self._client.close()
        self._process.__exit__(kind, error, trace)
