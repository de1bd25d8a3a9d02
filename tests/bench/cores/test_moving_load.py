"""The stand-in for a busy program may use every core."""

from __future__ import annotations

import os

import psutil

from bench.cores.moving_load import moving
from livebench.playing.load import loaded, usable_cores
from tests.support.waiting import wait_until


def test_a_load_of_one_core_is_not_bound_to_it() -> None:
    with loaded("one"), moving("one"):
        (child,) = [each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())]
        wait_until(lambda: child.cpu_times().user > 0.1)  # it has pinned itself by then
        assert wait_until(lambda: os.sched_getaffinity(child.pid) == set(usable_cores()))
