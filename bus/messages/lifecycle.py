"""Events of a stage's lifecycle: started, ready, heartbeat, died, given up, problem."""

from __future__ import annotations

from bus.messages.message import Message


class StageStarted(Message, frozen=True, kw_only=True):
    """The supervisor spawned a process."""

    stage: str
    """"hub", "capture:mic", "vad:mic", "stt", "llm", "connector", "model-server", "overlay", "view"."""
    pid: int
    restarts: int
    """Earlier starts of this stage in this session."""


class StageReady(Message, frozen=True, kw_only=True):
    """A stage has loaded its resources and works."""

    stage: str
    detail: str = ""
    """Description for the user: "base int8 on cpu, 2 threads"."""
    sandbox: str = ""
    """What the kernel enforces: "no internet sockets (seccomp)", or why nothing is enforced."""
    address: str = ""
    """Address of a stage that serves requests: "http://127.0.0.1:43121/v1"."""


class Heartbeat(Message, frozen=True, kw_only=True):
    """A stage's work loop runs; not logged."""

    stage: str
    processed_seq: int
    """The stage has processed every event up to this one."""
    processed_sample: int = 0
    """How far the stage has processed its source's audio, if it reads one."""


class StageDied(Message, frozen=True, kw_only=True):
    """A process ended unexpectedly, or was killed because it hung."""

    stage: str
    cause: str


class StageGivenUp(Message, frozen=True, kw_only=True):
    """A stage died too often; the other stages continue."""

    stage: str
    cause: str
    fix: str
    is_retried: bool = False
    """It has worked in this session and may work again: it is started again every minute."""


class ProblemReported(Message, frozen=True, kw_only=True):
    """A problem for the user; the session continues."""

    stage: str
    problem: str
    kept: str = ""
    fix: str = ""
    topic: str = ""
    """What it is about: a later report of the same stage and topic replaces it."""
    is_over: bool = False
    """Whether the problem of this topic has ended."""
