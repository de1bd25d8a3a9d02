"""Capture stage of one source: its bus connection, settings, session state and ring."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from bus.messages import CaptureStarted
from bus.ring.memory import RingMemory, map_memory
from bus.ring.passing import RING_BEFORE_VARIABLE, ring_socket
from bus.ring.writer import RingWriter
from bus.stage import Stage
from capture.ring_feed import RingFeed
from capture.session_state import SessionState
from capture.settings import CaptureSettings

POLL_S = 0.1


class SourceStage:
    """What live capture and replay have in common.

    Args:
        stage: This process's connection to the bus.
        name: The source's name.
        settings: The table [capture].
    """

    def __init__(self, stage: Stage, name: str, settings: CaptureSettings) -> None:
        self.name = name
        self.settings = settings
        self.state = SessionState(name, settings.fast_ahead_s)
        self.publish, self.report = stage.publish, stage.report
        self.ready, self.heartbeat = stage.ready, stage.heartbeat
        self._stage = stage
        self._earlier_ring = _earlier_ring()
        self._ring_socket = ring_socket(stage.run.ring_address(name))  # the sandbox refuses to bind

    @property
    def over(self) -> bool:
        """Whether no more audio is to be captured."""
        return self.state.ending or self._stage.stopping()

    def apply_history(self) -> None:
        """Apply the session's log, which has events of this source after a restart."""
        for logged in self._stage.history():
            self.state.apply(logged)

    def poll(self, timeout_s: float = POLL_S) -> bool:
        """Apply new events, and send a heartbeat; return whether any of them is in the log."""
        received = self._stage.poll(timeout_s)
        for logged in received:
            self.state.apply(logged)
        self._stage.heartbeat()
        return any(logged.seq for logged in received)

    @contextlib.contextmanager
    def ring_feed(self, started: CaptureStarted) -> Iterator[RingFeed]:
        """Open the ring, beginning with the audio of the earlier one after a restart, and publish `started`.

        Raises:
            MachineFailure: There is no shared memory.
        """
        with RingWriter(
            self._stage.run.ring_address(self.name),
            first_sample_ns=started.first_sample_ns,
            start_sample=started.start_sample,
            seconds=self.settings.ring_s,
            before=self._earlier_ring,
            bound=self._ring_socket,
        ) as ring:
            self.publish(started)
            yield RingFeed(
                self.name,
                ring,
                started.native_rate_hz,
                self.publish,
                is_microphone=started.is_microphone,
            )

    def wait_for_end(self) -> None:
        """Wait until the stage is stopped; the ring stays readable."""
        while not self._stage.stopping():
            self.poll()


def _earlier_ring() -> RingMemory | None:
    """Return the ring from before a restart, of which the supervisor holds a descriptor."""
    descriptor = os.environ.pop(RING_BEFORE_VARIABLE, "")
    with contextlib.suppress(OSError, ValueError):
        return map_memory(int(descriptor))
    return None
