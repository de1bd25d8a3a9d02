"""What the session wants of this source, and where the source's clock stands: a fold over the log. Pure."""

from __future__ import annotations

from bus.messages import CaptureStarted, Event, ReplayStarted, SessionEnding
from capture.backpressure import FlowControl


class Orders:
    """What is known to one source's capture.

    Args:
        source: The source's name.
        fast_ahead_s: See `CaptureSettings`.
    """

    def __init__(self, source: str, fast_ahead_s: float) -> None:
        self._source = source
        self.flow = FlowControl(source, fast_ahead_s)
        self.before: CaptureStarted | None = None
        """What a capture of this source said that ran before this one."""
        self.replay_start_ns: int | None = None
        """When sample 0 of every recording is due, once that is known."""
        self.ending = False
        """Whether the session ends, so that no more sound is to be taken."""

    def apply(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case CaptureStarted(source=self._source):
                self.before = event
            case ReplayStarted(start_ns=start_ns):
                self.replay_start_ns = start_ns
            case SessionEnding():
                self.ending = True
            case _:
                self.flow.apply(event)
