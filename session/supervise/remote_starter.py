"""Has stages started by the spawner, so that this process can enter a sandbox. Linux only."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from bus.failures import StageFailure
from bus.process.bootstrap import BEGIN, SUPERVISOR_VARIABLE
from bus.run import Run
from bus.stages.plan import StagePlan
from session.supervise.spawner import MAX_BYTES, Choose, Reap, Reply, Request, Signal, Start

_REPLY_TIMEOUT_S = 10.0


class RemoteStage:
    """A process that the spawner started.

    Args:
        pid: Its process id.
        starter: Knows its exit code.
    """

    def __init__(self, pid: int, starter: RemoteStarter) -> None:
        self.pid = pid
        self._starter = starter
        self._ended = os.pidfd_open(pid)  # the id is not reused before the spawner has read the exit code
        self._code: int | None = None

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self.wait(0.0)

    def terminate(self) -> None:
        """Ask it to stop."""
        self._send(15)

    def kill(self) -> None:
        """Kill it."""
        self._send(9)

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end for at most this long; return its exit code, or None."""
        if self._code is None:
            poll = select.poll()
            poll.register(self._ended, select.POLLIN)
            if poll.poll(max(timeout_s, 0.0) * 1000):
                self._code = self._starter.exit_code(self.pid)
                os.close(self._ended)
        return self._code

    def _send(self, number: Literal[9, 15]) -> None:
        if self.code is None:
            self._starter.send(self.pid, number)


class RemoteStarter:
    """The spawner's process, which starts the stages.

    Args:
        environment: The environment of the stages: the user's, without keys.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._line, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(_REPLY_TIMEOUT_S)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", BEGIN, "session.supervise.spawner", str(other.fileno())],
                env={**environment, "PYTHONSAFEPATH": "1", SUPERVISOR_VARIABLE: str(os.getpid())},
                pass_fds=(other.fileno(),),
            )

    def start(self, plan: StagePlan, run: Run) -> RemoteStage:
        """Start a stage.

        Raises:
            StageFailure: The spawner is dead, or the system starts no process.
        """
        names = (plan.name, *plan.shared_tokens) if plan.joins_hub else ()
        request = Start(
            stage=plan.name,
            arguments=plan.arguments,
            directory=str(run.directory),
            tokens={name: run.token(name).decode() for name in names},
            descriptors=tuple((name, len(numbers)) for name, numbers in plan.descriptors),
            variables=dict(plan.variables),
            cores=plan.cores,
            niceness=plan.niceness,
            inherits_stdin=plan.inherits_stdin,
        )
        numbers = [number for _, numbers in plan.descriptors for number in numbers]
        return RemoteStage(self._ask(request, numbers), self)

    def choose(self, provider: str) -> None:
        """Tell the connector that the user chose a provider."""
        self._ask(Choose(provider))

    def send(self, pid: int, number: Literal[9, 15]) -> None:
        """Send a signal to a process that it started."""
        self._ask(Signal(pid, number))

    def exit_code(self, pid: int) -> int:
        """Return the exit code of a process that has ended."""
        return self._ask(Reap(pid))

    def close(self) -> None:
        """End the spawner; stages that still run end with it."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_REPLY_TIMEOUT_S)

    def _ask(self, request: Request, descriptors: Sequence[int] = ()) -> int:
        try:
            socket.send_fds(self._line, [msgspec.msgpack.encode(request)], descriptors)
            reply = msgspec.msgpack.decode(self._line.recv(MAX_BYTES), type=Reply)
        except (OSError, msgspec.DecodeError) as error:
            raise StageFailure(
                "the process that starts the stages has died",
                kept="the transcript, in memory for a limited time",
                fix="continue the session with `cuecard resume`",
            ) from error
        if reply.error:
            raise StageFailure(f"a stage could not be started: {reply.error}", fix="run `cuecard doctor`")
        return reply.number
