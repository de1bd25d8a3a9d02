"""The computer's sleep is noticed once, and nothing else is taken for it."""

from __future__ import annotations

import sys

import pytest

from capture.suspend_detector import Sleep, asleep_s


def test_a_sleep_is_told_once_with_its_length() -> None:
    sleep = Sleep(100.0)
    assert sleep.since_last(100.0) == 0
    assert sleep.since_last(145.5) == 45.5
    assert sleep.since_last(145.5) == 0
    assert sleep.since_last(150.0) == pytest.approx(4.5)


def test_the_clocks_own_inaccuracy_is_no_sleep() -> None:
    sleep = Sleep(0.0)
    assert not any(sleep.since_last(reading) for reading in (1e-5, -1e-5, 0.3, 0.9))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has both clocks")
def test_a_computer_that_stays_awake_has_not_slept() -> None:
    sleep = Sleep(asleep_s())
    assert sleep.since_last(asleep_s()) == 0
