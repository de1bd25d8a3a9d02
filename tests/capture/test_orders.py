"""What the session wants, as a fold over the log."""

from __future__ import annotations

from bus.messages import CaptureStarted, ReplayStarted, SessionEnding
from capture.session_state import Orders


def _started(source: str) -> CaptureStarted:
    return CaptureStarted(
        source=source,
        first_sample_ns=5,
        start_sample=0,
        device="x",
        native_rate_hz=48_000,
        native_channels=2,
    )


def test_at_first_nothing_is_known() -> None:
    orders = Orders("mic", 40.0)
    assert (orders.before, orders.replay_start_ns, orders.ending) == (None, None, False)


def test_it_follows_its_own_source_and_the_session() -> None:
    orders = Orders("mic", 40.0)
    for event in (_started("call"), _started("mic"), ReplayStarted(start_ns=7), SessionEnding(cause="done")):
        orders.apply(event)
    assert orders.before == _started("mic")
    assert orders.replay_start_ns == 7
    assert orders.ending
