"""Capture stage of one source: its bus connection, settings, session state and ring."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from bus.messages import CaptureStarted, Logged, LogRedacted, RedactedAudio
from bus.ring.access import RingAccess
from bus.ring.memory import BLOCK_SAMPLES, RingMemory, map_memory
from bus.ring.passing import RING_BEFORE_VARIABLE, ring_socket
from bus.ring.writer import RingWriter
from bus.stage import Stage
from bus.stages.plan import MICROPHONE
from capture.echo.watch import EchoWatch
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
        self._rings = RingAccess(stage.run)
        self._echo: EchoWatch | None = None
        self._ring: RingWriter | None = None
        self._redacted: list[RedactedAudio] = []
        """What was redacted of this source, also before a restart, in which the ring was copied."""
        self._ring_socket = ring_socket(stage.run.ring_address(name))  # the sandbox refuses to bind

    @property
    def over(self) -> bool:
        """Whether no more audio is to be captured."""
        return self.state.ending or self._stage.stopping()

    def apply_history(self) -> None:
        """Apply the session's log, which has events of this source after a restart."""
        for logged in self._stage.history():
            self._apply(logged)

    def poll(self, timeout_s: float = POLL_S) -> bool:
        """Apply new events, and send a heartbeat; return whether any of them is in the log."""
        received = self._stage.poll(timeout_s)
        for logged in received:
            self._apply(logged)
        if self._echo is not None:
            self._echo.update(self.state.references)
        self._stage.heartbeat()
        return any(logged.seq for logged in received)

    def wait_for_reference(self, stop_sample: int) -> None:
        """Wait, at fast pace, until the other sources are as far as this microphone."""
        if self._echo is not None and len(self.settings.sources) > 1:
            self._echo.wait_for_reference(stop_sample, self._goes_on)

    @property
    def earlier_stop_sample(self) -> int:
        """One past the last sample of the ring from before a restart; 0 without one."""
        if self._earlier_ring is None:
            return 0
        return int(self._earlier_ring.head["written_blocks"][0]) * BLOCK_SAMPLES

    @contextlib.contextmanager
    def ring_feed(self, started: CaptureStarted) -> Iterator[RingFeed]:
        """Open the ring, beginning with the audio of the earlier one after a restart, and publish `started`.

        Raises:
            MachineFailure: There is no shared memory.
        """
        is_microphone = started.is_microphone or self.name == MICROPHONE
        if is_microphone and len(self.settings.sources) > 1 and self.settings.echo_cancellation:
            self._echo = EchoWatch(self.name, started.first_sample_ns, self._rings, self.publish)
        with RingWriter(
            self._stage.run.ring_address(self.name),
            first_sample_ns=started.first_sample_ns,
            start_sample=started.start_sample,
            seconds=self.settings.ring_s,
            before=self._earlier_ring,
            bound=self._ring_socket,
        ) as self._ring:
            self._zero_redacted()
            self.publish(started)
            yield RingFeed(
                self.name,
                self._ring,
                started.native_rate_hz,
                self.publish,
                is_microphone=started.is_microphone,
                echo=self._echo,
            )

    def _apply(self, logged: Logged) -> None:
        self.state.apply(logged)
        if isinstance(logged.event, CaptureStarted) and logged.event.source != self.name:
            self._rings.request(logged.event.source)
        if isinstance(logged.event, LogRedacted):
            self._redacted += [each for each in logged.event.audio if each.source == self.name]
            self._zero_redacted()

    def _zero_redacted(self) -> None:
        if self._ring is None:
            return
        for each in self._redacted:
            self._ring.zero(each.stop_sample, each.start_sample)

    def _goes_on(self) -> bool:
        self.poll(0.0)
        return not self.over

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
