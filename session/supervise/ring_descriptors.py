"""Descriptors of the sources' rings: a capture that is started again begins with the sound of the one before.

Whoever has a ring mapped may die in the same moment as its writer; these outlive both. Nothing is mapped or
read here.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace

from bus.messages import CaptureStarted, Event, StageGivenUp
from bus.ring_memory import RING_BEFORE_VARIABLE, ring_descriptor
from bus.run import Run
from bus.stages import StagePlan

_ANSWER_S = 0.2
"""The capture has just said that it serves its ring; the supervisor has no longer to wait."""


class Rings:
    """The rings of a run as they were served last.

    Args:
        run: Whose rings these are.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: dict[str, int] = {}

    def apply(self, event: Event) -> None:
        """Take hold of the ring of a capture that has started; let go of one that is given up."""
        if sys.platform != "linux":
            return  # elsewhere a ring has a name, which goes with its writer
        match event:
            case CaptureStarted(source=source):
                with contextlib.suppress(OSError):  # it has died already; the ring before is still held
                    held = ring_descriptor(self._run.ring_address(source), timeout_s=_ANSWER_S)
                    self._let_go(f"capture:{source}")
                    self._held[f"capture:{source}"] = held
            case StageGivenUp(stage=stage):
                self._let_go(stage)
            case _:
                pass

    def handed(self, plan: StagePlan) -> StagePlan:
        """Return the plan of a stage with the ring that it had, if it is a capture that died."""
        held = self._held.get(plan.name)
        if held is None:
            return plan
        variables = (*plan.variables, (RING_BEFORE_VARIABLE, str(held)))
        return replace(plan, descriptors=(*plan.descriptors, held), variables=variables)

    def close(self) -> None:
        """Let go of all."""
        for stage in [*self._held]:
            self._let_go(stage)

    def _let_go(self, stage: str) -> None:
        held = self._held.pop(stage, None)
        if held is not None:
            os.close(held)
