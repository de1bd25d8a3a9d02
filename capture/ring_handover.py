"""A source's ring, with what is left of the one before when a capture is started again.

The supervisor holds a descriptor of every ring: when its writer dies, the sound is not lost with the readers
that happened to have it mapped.
"""

from __future__ import annotations

import contextlib
import os

from bus.messages import CaptureStarted
from bus.ring_memory import RING_BEFORE_VARIABLE, RingMemory, map_memory
from bus.ring_writer import RingWriter
from bus.run import Run


def ring_before() -> RingMemory | None:
    """Return the ring of the capture before this one, if there was one and it is still held."""
    descriptor = os.environ.pop(RING_BEFORE_VARIABLE, "")
    with contextlib.suppress(OSError, ValueError):
        return map_memory(int(descriptor))
    return None


def open_ring(run: Run, started: CaptureStarted, *, seconds: float, before: RingMemory | None) -> RingWriter:
    """Return the ring of a capture that starts now.

    Raises:
        MachineFailure: Shared memory cannot be had.
    """
    return RingWriter(
        run.ring_address(started.source),
        first_sample_ns=started.first_sample_ns,
        start_sample=started.start_sample,
        seconds=seconds,
        before=before,
    )
