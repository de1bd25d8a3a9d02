"""Cancels one microphone's echo, and publishes when it begins and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from bus.audio import Samples
from bus.messages import EchoDetected, EchoEnded, Event, ProblemReported
from bus.ring.access import RingAccess
from capture.echo.canceller import EchoCanceller
from capture.echo.reference import EchoReference

_TOPIC = "echo"
_WAIT_LIMIT_S = 5.0
_STEP_S = 0.005


class EchoWatch:
    """Cancels the echo of one microphone.

    Args:
        source: The microphone's name.
        first_sample_ns: Monotonic time of its sample 0.
        rings: Gives the rings of the other sources.
        publish: Publishes events.
    """

    def __init__(
        self, source: str, first_sample_ns: int, rings: RingAccess, publish: Callable[[Event], None]
    ) -> None:
        self._source, self._rings, self._publish = source, rings, publish
        self._reference = EchoReference(first_sample_ns)
        self._canceller = EchoCanceller(self._reference.read)
        self._reported = False
        self._gave_up = False

    def cancel(self, samples: Samples, start_sample: int) -> Samples:
        """Return the samples without echo, as many as were given."""
        return self._canceller.cancel(samples, start_sample)

    def update(self, references: Collection[str]) -> None:
        """Take new rings of these sources, and publish a change."""
        self._reference.update(self._rings, references)
        delay_ms = self._canceller.delay_ms
        if (delay_ms is not None) != self._reported:
            self._reported = delay_ms is not None
            self._publish(
                EchoEnded(source=self._source)
                if delay_ms is None
                else EchoDetected(source=self._source, of_source=self._reference.source, delay_ms=delay_ms)
            )
            self._publish(
                ProblemReported(
                    stage=f"capture:{self._source}",
                    problem="the microphone hears the loudspeakers",
                    kept="its echo is removed",
                    fix="use headphones",
                    topic=_TOPIC,
                    is_over=delay_ms is None,
                )
            )

    def wait_for_reference(self, stop_sample: int, keep_alive: Callable[[], bool]) -> None:
        """Wait until the reference has got this far, as at fast pace, or `keep_alive()` is false.

        A reference that does not come for five seconds is waited for no more.
        """
        give_up_s = time.monotonic() + _WAIT_LIMIT_S
        while not self._gave_up and not self._reference.has(stop_sample) and keep_alive():
            self._gave_up = time.monotonic() > give_up_s
            time.sleep(_STEP_S)
