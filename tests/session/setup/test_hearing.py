from __future__ import annotations

import pytest

from session.setup.pages.hearing import Hearing


@pytest.mark.parametrize(
    ("readings", "heard"),
    [
        ([-120.0] * 40, False),
        ([-120.0] * 10 + [-30.0] * 3, True),
        ([-120.0] * 10 + [-30.0] * 2 + [-120.0] * 10, False),  # a click
        ([-45.0] * 20, False),  # a fan
        ([-45.0] * 20 + [-30.0, -44.0, -28.0, -31.0], True),  # a voice above it
        ([-120.0] * 10 + [-55.0] * 10, False),  # too faint
    ],
)
def test_a_sound_is_loud_enough_and_long_enough(readings: list[float], heard: bool) -> None:
    hearing = Hearing()
    assert [hearing.apply(each) for each in readings][-1] is heard


def test_after_a_restart_what_is_loud_still_counts_and_what_was_does_not() -> None:
    hearing = Hearing()
    for each in [-80.0] * 5 + [-20.0] * 5:
        hearing.apply(each)
    hearing.restart()
    assert not hearing.apply(-80.0)
    assert [hearing.apply(-20.0) for _ in range(3)][-1]
