from __future__ import annotations

import pytest

from session.supervise.hub_health import HubHealth


@pytest.mark.parametrize(
    ("silent_s", "senders", "all_silent", "hangs"),
    [
        (1.9, 3, False, False),
        (2.1, 3, True, False),
        (3.6, 3, True, True),
        (3.6, 1, False, False),
    ],
)
def test_the_hub_hangs_when_several_stages_are_silent(
    silent_s: float, senders: int, all_silent: bool, hangs: bool
) -> None:
    hub = HubHealth(0.0)
    hub.received(10.0)
    for tenth in range(round((10.0 + silent_s) * 10) + 1):
        assert hub.step(tenth / 10, senders=senders) == 0.0
    assert (hub.all_silent, hub.hangs) == (all_silent, hangs)


def test_time_in_which_the_supervisor_was_suspended_is_no_silence() -> None:
    hub = HubHealth(0.0)
    hub.received(0.5)
    assert hub.step(60.0, senders=3) == 60.0
    assert not hub.all_silent
    hub.step(60.9, senders=3)
    hub.step(61.8, senders=3)
    assert not hub.all_silent
    hub.step(62.7, senders=3)
    assert hub.all_silent
