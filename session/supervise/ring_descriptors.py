"""Holds descriptors of the audio rings, so that a restarted capture keeps the recent audio.

Every process that maps a ring may die together with its writer; the supervisor's descriptor survives. It maps
and reads nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace

from bus.messages import CaptureStarted, Logged, StageGivenUp
from bus.ring_memory import RING_BEFORE_VARIABLE, ring_descriptor
from bus.run import Run
from bus.stages import StagePlan

_REPLY_TIMEOUT_S = 0.2
"""Enough for a capture that has just announced its ring; the supervisor must not block longer."""


class Rings:
    """The current ring of each source of a run.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: dict[str, int] = {}

    def apply(self, logged: Logged) -> None:
        """Hold the ring of a capture that has started; close that of a capture that was given up."""
        if sys.platform != "linux":
            return  # elsewhere a ring is a named object, which is removed with its writer
        match logged.event:
            case CaptureStarted(source=source):
                with contextlib.suppress(OSError):  # it has died already; the previous ring is still held
                    held = ring_descriptor(self._run.ring_address(source), timeout_s=_REPLY_TIMEOUT_S)
                    self._let_go(f"capture:{source}")
                    self._held[f"capture:{source}"] = held
            case StageGivenUp(stage=stage):
                self._let_go(stage)
            case _:
                pass

    def with_ring(self, plan: StagePlan) -> StagePlan:
        """Return the plan, for a restarted capture with the descriptor of its previous ring."""
        held = self._held.get(plan.name)
        if held is None:
            return plan
        return replace(plan, descriptors=(*plan.descriptors, (RING_BEFORE_VARIABLE, (held,))))

    def close(self) -> None:
        """Close all descriptors."""
        for stage in [*self._held]:
            self._let_go(stage)

    def _let_go(self, stage: str) -> None:
        held = self._held.pop(stage, None)
        if held is not None:
            os.close(held)
