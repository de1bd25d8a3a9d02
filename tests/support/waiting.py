"""Waits for a condition with a time limit, instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], timeout_s: float = 10.0) -> T:
    """Call `condition` until it returns something true, and return that; fail after `timeout_s`."""
    give_up = time.monotonic() + timeout_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > give_up:
            raise AssertionError(f"not so within {timeout_s} s: {condition}")
        time.sleep(0.005)
