"""Isolates the supervisor: no keys in its environment, a spawner for the stages, a sandbox.

On Linux only: elsewhere there is no sandbox that it could inherit or enter.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from bus.process.environment import inherited
from bus.run import Run
from bus.sandbox import Sandbox, check_enforced
from bus.stages.plan import StagePlan
from bus.stages.table import STAGES, SUPERVISOR_RIGHTS
from llm.keys.session_keys import KEYS_VARIABLE, keys_in_memory
from llm.settings import LlmSettings
from session.keys import take_keys
from session.supervise.child import without_keys
from session.supervise.remote_starter import RemoteStarter
from session.supervise.starter import LocalStarter, Starter


def make_starter() -> Starter:
    """Return what starts the stages; made first, because a spawner needs a moment.

    It gets the variables that any stage may inherit, and no keys.
    """
    if sys.platform != "linux":
        return LocalStarter()
    patterns = {pattern for plan in STAGES for pattern in plan.environment}
    return RemoteStarter(without_keys(inherited(os.environ, patterns)))


def with_keys(plans: Sequence[StagePlan], settings: LlmSettings) -> list[StagePlan]:
    """Take the keys out of the environment, and return the plans with them where they may be held."""
    if sys.platform != "linux":
        return [*plans]
    keys = keys_in_memory(take_keys(settings))
    return [
        dataclasses.replace(plan, descriptors=(*plan.descriptors, (KEYS_VARIABLE, (keys,))))
        if plan.holds_keys
        else plan
        for plan in plans
    ]


@contextmanager
def sandboxed(run: Run) -> Iterator[None]:
    """Block all files but the folder that the session is saved to, and at the end internet sockets.

    Threads of the hub's client that start in between may set their priority, or libzmq would end the process.

    Raises:
        MachineFailure: Linux does not enforce it, and --allow-unsandboxed is not set.
    """
    sandbox = Sandbox(SUPERVISOR_RIGHTS, run, "session")
    yield
    report = sandbox.enforce()
    if failure := check_enforced(report, "the supervisor", run.tables):
        typer.echo(f"cuecard: {failure.problem}", err=True)
