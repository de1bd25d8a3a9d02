"""The overlay on a display with two monitors, one of which may be unplugged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from bus import messages as m
from overlay.settings import OverlaySettings
from overlay.settings import Place as Remembered
from tests.overlay.test_overlay_process import Shown, show
from tests.support.waiting import wait_until
from tests.support.x_windows import XDisplay, window_manager, x_display
from tests.support.xvfb import display

__all__ = ["display", "show"]

LEFT, RIGHT = "640/170x900/240+0+0", "640/170x900/240+640+0"
"""Sizes in pixels and millimetres, and places."""


class Monitors:
    """The monitors of a display."""

    def __init__(self, display: str) -> None:
        self._display = display

    def plug(self, name: str, place: str, output: str = "none") -> None:
        self._run("--setmonitor", name, place, output)

    def unplug(self, name: str) -> None:
        self._run("--delmonitor", name)

    def _run(self, *arguments: str) -> None:
        command = ["xrandr", "--display", self._display, *arguments]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def desktop(display: str) -> Iterator[XDisplay]:
    if shutil.which("xrandr") is None:
        pytest.skip("xrandr is not installed")
    with x_display(display) as view:
        Monitors(display).plug("left", LEFT, "screen")
        with window_manager(display):
            yield view


@pytest.fixture
def monitors(desktop: XDisplay, display: str) -> Iterator[Monitors]:
    monitors = Monitors(display)
    monitors.plug("right", RIGHT)
    yield monitors
    monitors.unplug("right")


def the_window(desktop: XDisplay) -> int:
    (window,) = wait_until(lambda: desktop.titled("Cuecard"))
    return window


def until_placed(shown: Shown, monitor: str) -> m.WindowPlaced:
    """Return the first place on this monitor that the overlay publishes."""

    def found() -> m.WindowPlaced | None:
        shown.events += [logged.event for logged in shown.client.poll(0.1)]
        placed = (each for each in shown.events if isinstance(each, m.WindowPlaced))
        return next((each for each in placed if each.monitor == monitor), None)

    place = wait_until(found)
    assert place is not None
    return place


def request_next_monitor(shown: Shown) -> None:
    shown.request(m.WindowRequested(action="next_monitor", by="control"))


def test_it_moves_to_the_corresponding_place_of_the_next_monitor_and_back(
    monitors: Monitors, desktop: XDisplay, show: Callable[..., Shown], display: str
) -> None:
    shown = show(DISPLAY=display)
    shown.until(m.StageReady)
    window = the_window(desktop)
    before = desktop.place(window)
    assert before.x + before.width <= 640
    request_next_monitor(shown)
    wait_until(lambda: desktop.place(window).x == before.x + 640)
    place = until_placed(shown, "right")
    assert (place.x, place.y) == (before.x, before.y), "in the coordinates of its monitor"
    request_next_monitor(shown)
    wait_until(lambda: desktop.place(window) == before)
    assert shown.stop() == 0


def test_each_monitor_has_its_remembered_place(
    monitors: Monitors, desktop: XDisplay, show: Callable[..., Shown], display: str
) -> None:
    places = {
        "left": Remembered(x=10, y=300, width=400, height=300),
        "right": Remembered(x=200, y=20, width=360, height=300),
    }
    shown = show(OverlaySettings(places=places), DISPLAY=display)
    shown.until(m.StageReady)
    window = the_window(desktop)
    wait_until(lambda: (desktop.place(window).x, desktop.place(window).width) == (10, 400))
    request_next_monitor(shown)
    wait_until(lambda: (desktop.place(window).x, desktop.place(window).width) == (840, 360))
    assert desktop.place(window).y == 20
    assert shown.stop() == 0


def test_a_window_whose_monitor_is_unplugged_moves_to_one_that_is_there(
    monitors: Monitors, desktop: XDisplay, show: Callable[..., Shown], display: str
) -> None:
    shown = show(DISPLAY=display)
    shown.until(m.StageReady)
    window = the_window(desktop)
    request_next_monitor(shown)
    wait_until(lambda: desktop.place(window).x >= 640)
    monitors.unplug("right")
    wait_until(lambda: desktop.place(window).x + desktop.place(window).width <= 640)
    assert desktop.is_visible(window)
    monitors.plug("right", RIGHT)
    request_next_monitor(shown)
    wait_until(lambda: desktop.place(window).x >= 640)
    assert shown.stop() == 0
