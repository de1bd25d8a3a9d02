"""The life of a stage."""

from __future__ import annotations

from bus.messages.message import Message


class StageStarted(Message, frozen=True, kw_only=True):
    """The supervisor spawned a process."""

    stage: str
    """"hub", "capture:mic", "vad:mic", "stt", "llm", "connector", "model-server", "overlay", "view"."""
    pid: int
    restarts: int
    """How often this stage was started before in this session."""


class StageReady(Message, frozen=True, kw_only=True):
    """A stage has loaded what it needs and works now."""

    stage: str
    detail: str = ""
    """What it runs with, for people: "base int8 on cpu, 2 threads"."""
    sandbox: str = ""
    """What the kernel enforces on it: "no internet sockets (seccomp)", or why nothing is."""
    address: str = ""
    """Where it can be asked, for a stage that serves others: "http://127.0.0.1:43121/v1"."""


class Heartbeat(Message, frozen=True, kw_only=True):
    """A stage's work loop turned; not kept in the log."""

    stage: str
    processed_seq: int
    """The stage has dealt with every event up to this one."""
    processed_sample: int = 0
    """How far the stage has heard its source, for a stage that listens to one."""


class StageDied(Message, frozen=True, kw_only=True):
    """A process ended that should not have, or was ended because it fell silent."""

    stage: str
    cause: str


class StageGivenUp(Message, frozen=True, kw_only=True):
    """A stage died too often and is not started again; the rest goes on."""

    stage: str
    cause: str
    fix: str


class ProblemReported(Message, frozen=True, kw_only=True):
    """Something went wrong that a person should know; the session goes on."""

    stage: str
    problem: str
    kept: str = ""
    fix: str = ""
