"""Starts stages for the sandboxed supervisor: `python -m session.supervise.spawner DESCRIPTOR`.

A sandbox is inherited, so a sandboxed supervisor could start no stage with more rights than its own. This
process is in no sandbox, and no word or key reaches it. It starts only what the table of stages lists, in its
own environment with a few variables of the run. It alone holds the line between llm and the connector.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec

from bus.failures import Rejected
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.process.private_memory import forbid_memory_access
from bus.run import Run
from bus.stages.plan import StagePlan, stage_kind
from bus.stages.table import KEEPER, STAGE_KINDS
from session.supervise.child import Child
from session.supervise.starter import LocalStarter

MAX_BYTES = 1 << 16
MAX_DESCRIPTORS = 16
_ARGUMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VARIABLE = re.compile(r"CUECARD_[A-Z_]{1,40}")


class Start(msgspec.Struct, frozen=True, tag=True):
    """Requests a stage; its descriptors come along, in order."""

    stage: str
    arguments: tuple[str, ...]
    directory: str
    tokens: dict[str, str]
    descriptors: tuple[tuple[str, int], ...]
    """How many each variable names, in order."""
    variables: dict[str, str]
    cores: tuple[int, ...]
    niceness: int
    inherits_stdin: bool


class Reap(msgspec.Struct, frozen=True, tag=True):
    """Requests the exit code of a process that has ended."""

    pid: int


class Signal(msgspec.Struct, frozen=True, tag=True):
    """Requests a signal to a process; the supervisor's sandbox lets it send none itself."""

    pid: int
    number: Literal[9, 15]


class Choose(msgspec.Struct, frozen=True, tag=True):
    """The user chose a provider."""

    provider: str


class Reply(msgspec.Struct, frozen=True):
    """The id of a started process, or its exit code; or why there is none."""

    number: int = 0
    error: str = ""


Request = Start | Reap | Signal | Choose


def main() -> None:
    """Serve the supervisor until it is dead or done."""
    forbid_memory_access()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a terminal sends them to the whole group
        signal.signal(number, lambda *_: None)
    os.environ.pop(SUPERVISOR_VARIABLE, None)  # the parent of the stages is this process
    line = socket.socket(fileno=int(sys.argv[1]))
    line.set_inheritable(False)
    spawner = Spawner()
    while True:
        body, descriptors, _, _ = socket.recv_fds(line, MAX_BYTES, MAX_DESCRIPTORS)
        if not body:
            return
        try:
            reply = Reply(spawner.perform(msgspec.msgpack.decode(body, type=Request), descriptors))
        except (OSError, Rejected, msgspec.DecodeError) as error:
            reply = Reply(error=str(error) or type(error).__name__)
        for descriptor in descriptors:
            os.close(descriptor)
        line.send(msgspec.msgpack.encode(reply))


class Spawner:
    """Performs the supervisor's requests."""

    def __init__(self) -> None:
        self._starter = LocalStarter()
        self._children: dict[int, Child] = {}

    def perform(self, request: Request, received: Sequence[int]) -> int:
        """Perform a request and return the number for the reply.

        Raises:
            Rejected: A supervisor makes no such request.
            OSError: The process cannot be started.
        """
        match request:
            case Start():
                tokens = {name: token.encode() for name, token in request.tokens.items()}
                run = Run(Path(request.directory), {}, tokens=tokens)
                child = self._starter.start(checked_plan(request, received), run)
                self._children[child.pid] = child
                return child.pid
            case Reap(pid=pid) if pid in self._children:
                code = self._children[pid].wait(1.0)
                if code is None:
                    raise Rejected("the process has not ended")
                del self._children[pid]
                return code
            case Signal(pid=pid, number=number) if pid in self._children:
                child = self._children[pid]
                (child.kill if number == 9 else child.terminate)()
                return 0
            case Choose(provider=provider):
                self._starter.choose(provider)
                return 0
            case _:
                raise Rejected("a process that was not started here")


def checked_plan(request: Start, received: Sequence[int]) -> StagePlan:
    """Return the plan of a requested stage, from the table of stages.

    Raises:
        Rejected: The table has no such stage, or it gets no such arguments, variables or descriptors.
    """
    row = STAGE_KINDS.get(stage_kind(request.stage))
    if row is None or not all(map(_ARGUMENT.fullmatch, request.arguments)):
        raise Rejected("no stage of the table")
    if not all(map(_VARIABLE.fullmatch, [*request.variables, *(name for name, _ in request.descriptors)])):
        raise Rejected("a variable that is not of a run")
    left = iter(received)
    descriptors = tuple((name, tuple(itertools.islice(left, count))) for name, count in request.descriptors)
    return replace(
        row,
        name=request.stage,
        arguments=(str(os.getpid()),) if row.name == KEEPER else request.arguments,
        descriptors=descriptors,
        variables=tuple(request.variables.items()),
        cores=request.cores,
        niceness=request.niceness,
        inherits_stdin=request.inherits_stdin,
    )


if __name__ == "__main__":
    main()
