"""Divides a latency from the true end of speech to the final into its parts."""

from __future__ import annotations

import msgspec


class Waterfall(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance's latency in parts, in milliseconds; their sum is exactly the latency."""

    vad_lag_ms: float
    """From the true end of speech to the first sample detected as silence; may be negative."""
    wait_ms: float
    """Silence that was waited for before the end was decided."""
    publish_ms: float
    """From the deciding sample being due to the decision being logged: blocks, the detector, a hop."""
    compute_ms: float
    """From there to the final being logged: queueing and passes not hidden by the wait, and two hops."""
    delivery_ms: float
    """From the log to the consumer outside the program."""

    @property
    def total_ms(self) -> float:
        """Total latency."""
        return self.vad_lag_ms + self.wait_ms + self.publish_ms + self.compute_ms + self.delivery_ms


PARTS = ("vad_lag_ms", "wait_ms", "publish_ms", "compute_ms", "delivery_ms")


def waterfall(
    *,
    end_s: float,
    quiet_s: float,
    decided_s: float,
    decision_logged_s: float,
    final_logged_s: float,
    received_s: float,
) -> Waterfall:
    """Return the parts of one final's latency; all times in seconds on its source's clock."""
    return Waterfall(
        vad_lag_ms=(quiet_s - end_s) * 1000,
        wait_ms=(decided_s - quiet_s) * 1000,
        publish_ms=(decision_logged_s - decided_s) * 1000,
        compute_ms=(final_logged_s - decision_logged_s) * 1000,
        delivery_ms=(received_s - final_logged_s) * 1000,
    )
