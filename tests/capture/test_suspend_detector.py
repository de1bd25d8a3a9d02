"""Tests of the suspend detector."""

from __future__ import annotations

import sys

import pytest

from capture.suspend_detector import SuspendDetector, suspended_s


def test_suspend_is_returned_once_with_its_length() -> None:
    sleep = SuspendDetector(100.0)
    assert sleep.since_last(100.0) == 0
    assert sleep.since_last(145.5) == 45.5
    assert sleep.since_last(145.5) == 0
    assert sleep.since_last(150.0) == pytest.approx(4.5)


def test_clock_inaccuracy_is_not_a_suspend() -> None:
    sleep = SuspendDetector(0.0)
    assert not any(sleep.since_last(reading) for reading in (1e-5, -1e-5, 0.3, 0.9))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has both clocks")
def test_running_computer_is_not_suspended() -> None:
    sleep = SuspendDetector(suspended_s())
    assert sleep.since_last(suspended_s()) == 0
