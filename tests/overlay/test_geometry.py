from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overlay.geometry import EDGE_PX, Area, clamped, monitor_of, moved, opening, snapped

LEFT, RIGHT = Area(0, 0, 1920, 1040), Area(1920, 0, 1280, 720)
WINDOWS = st.builds(
    Area, st.integers(-9_000, 9_000), st.integers(-9_000, 9_000), st.integers(1, 5_000), st.integers(1, 5_000)
)


def is_on(window: Area, monitor: Area) -> bool:
    return window.overlap(monitor) == window.width * window.height


@given(WINDOWS)
def test_a_clamped_window_is_all_on_its_monitor(window: Area) -> None:
    assert is_on(clamped(window, LEFT), LEFT)
    assert clamped(clamped(window, LEFT), LEFT) == clamped(window, LEFT)


@given(WINDOWS)
def test_a_window_that_is_moved_is_all_on_the_new_monitor(window: Area) -> None:
    assert is_on(moved(window, LEFT, RIGHT), RIGHT)


def test_corners_stay_corners_on_another_monitor() -> None:
    corner = Area(1920 - 480, 1040 - 400, 480, 400)
    assert moved(corner, LEFT, RIGHT) == Area(1920 + 1280 - 480, 720 - 400, 480, 400)


def test_a_window_near_an_edge_snaps_to_it() -> None:
    assert snapped(Area(20, 300, 480, 400), LEFT).x == EDGE_PX
    assert snapped(Area(60, 300, 480, 400), LEFT).x == 60
    assert snapped(Area(725, 15, 480, 400), LEFT) == Area(720, EDGE_PX, 480, 400)


def test_the_monitor_that_shows_most_of_it_counts() -> None:
    assert monitor_of(Area(1900, 0, 480, 400), [LEFT, RIGHT]) == 1
    assert monitor_of(Area(-5_000, 0, 480, 400), [LEFT, RIGHT]) == 0


def test_it_opens_below_the_camera() -> None:
    assert opening(480, 430, LEFT) == Area(720, EDGE_PX, 480, 430)
    assert is_on(opening(2_000, 2_000, RIGHT), RIGHT)
