"""Runs a session without sandboxes, to measure their cost: `python -m bench.faults.unsandboxed run …`.

The program itself has no option for this. Imports little, so that stages started through this module are not
slower.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import bus.sandbox

if TYPE_CHECKING:
    from bus.run import Run
    from bus.stages.plan import StagePlan
    from session.supervise.child import Child

_STAGE = "--as-stage"


class _NoSandbox:
    """Replaces `bus.sandbox.Sandbox` and restricts nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def enforce(self, **_: object) -> bus.sandbox.SandboxReport:
        return bus.sandbox.SandboxReport(True, "left out, to measure what it costs")


def _run_stage(module: str, arguments: Sequence[str]) -> None:
    vars(bus.sandbox)["Sandbox"] = _NoSandbox
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _run_session() -> None:
    from session import cli
    from session.run import isolation
    from session.supervise import starter

    vars(starter)["Child"] = _unsandboxed_child
    # Without a sandbox of its own, the supervisor starts the stages itself.
    vars(isolation)["RemoteStarter"] = lambda environment: starter.LocalStarter()
    vars(isolation)["Sandbox"] = _NoSandbox
    cli.main()


def _unsandboxed_child(plan: StagePlan, run: Run) -> Child:
    """Start a stage through this module."""
    from dataclasses import replace

    from session.supervise.child import Child

    return Child(
        replace(plan, module="bench.faults.unsandboxed", arguments=(_STAGE, plan.module, *plan.arguments)),
        run,
    )


if __name__ == "__main__":
    if sys.argv[1] == _STAGE:
        _run_stage(sys.argv[2], sys.argv[3:])
    else:
        _run_session()
