"""Runs the overlay on a real display with a real window manager."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from Xlib import X

from bus import messages as m
from overlay.settings import OverlaySettings
from tests.overlay.test_overlay_process import Shown, StartStage, show
from tests.support import sample_session as story
from tests.support.event_publishers import EventPublishers
from tests.support.waiting import wait_until
from tests.support.x_windows import XDisplay, window_manager, x_display
from tests.support.xvfb import display

__all__ = ["StartStage", "display", "show"]


@pytest.fixture(scope="module", params=["openbox", "icewm"])
def desktop(display: str, request: pytest.FixtureRequest) -> Iterator[XDisplay]:
    with window_manager(display, request.param), x_display(display) as view:
        yield view


@pytest.fixture
def editor(desktop: XDisplay) -> Iterator[int]:
    """Another program's window, which has the keyboard."""
    window = desktop.root.create_window(
        50, 500, 200, 100, 0, X.CopyFromParent, event_mask=X.KeyPressMask, background_pixel=0xFFFFFF
    )
    window.set_wm_name("editor")
    window.map()
    wait_until(lambda: desktop.is_visible(window.id))
    desktop.focus(window.id)
    yield window.id
    window.destroy()
    desktop.connection.sync()


@pytest.fixture
def shown(show: Callable[..., Shown], display: str, desktop: XDisplay) -> Shown:
    shown = show(DISPLAY=display)
    shown.until(m.StageReady)
    return shown


def the_window(desktop: XDisplay) -> int:
    (window,) = wait_until(lambda: desktop.titled("Cuecard"))
    return window


def test_it_is_on_top_and_out_of_task_bars(desktop: XDisplay, shown: Shown) -> None:
    window = the_window(desktop)
    wait_until(lambda: {"ABOVE", "SKIP_TASKBAR", "SKIP_PAGER"} <= desktop.states(window))
    assert shown.stop() == 0


def test_it_never_takes_the_keyboard(
    desktop: XDisplay, editor: int, show: Callable[..., Shown], display: str
) -> None:
    shown = show(DISPLAY=display)
    shown.until(m.StageReady)
    window = the_window(desktop)
    with EventPublishers(shown.run) as speakers:
        speakers.say_in_turn([*story.opening(), *story.talk(), *story.asked()])
    shown.until_drawn()
    place = desktop.place(window)
    desktop.drag((place.x + 60, place.y + 60), [(place.x + 90, place.y + 90)])
    assert not desktop.accepts_focus(window)
    assert desktop.focused() == editor
    assert shown.stop() == 0


def test_it_is_dragged_exactly_as_far_as_the_mouse_goes(desktop: XDisplay, shown: Shown) -> None:
    window = the_window(desktop)
    wait_until(lambda: "SKIP_TASKBAR" in desktop.states(window))  # the window manager has placed it
    before = desktop.place(window)
    start = before.x + 100, before.y + 60
    desktop.drag(start, [(start[0] - 10 * step, start[1] + 8 * step) for step in range(1, 21)])
    moved = before.x - 200, before.y + 160  # the height may grow meanwhile: icewm has one of the keys
    wait_until(lambda: (desktop.place(window).x, desktop.place(window).y) == moved)
    placed = shown.until(m.WindowPlaced, stage="")
    assert isinstance(placed, m.WindowPlaced)
    assert (placed.x, placed.y) == moved


def test_keys_work_while_another_program_has_the_keyboard(
    desktop: XDisplay, editor: int, show: Callable[..., Shown], display: str
) -> None:
    shown = show(OverlaySettings(keys={"toggle": "Ctrl+Alt+J"}), DISPLAY=display)  # icewm has Ctrl+Alt+H
    shown.until(m.StageReady)
    window = the_window(desktop)
    desktop.press("Control_L", "Alt_L", "j")
    wait_until(lambda: not desktop.is_visible(window) and not desktop.states(window))
    desktop.press("Control_L", "Alt_L", "j")
    wait_until(lambda: desktop.is_visible(window))
    wait_until(lambda: "SKIP_TASKBAR" in desktop.states(window))
    desktop.press("Control_L", "Alt_L", "a")
    assert shown.until(m.AnswerRequested, stage="") == m.AnswerRequested(by="overlay")
    assert shown.stop() == 0


def test_it_takes_the_keyboard_on_request_and_gives_it_back(
    desktop: XDisplay, editor: int, shown: Shown
) -> None:
    window = the_window(desktop)
    desktop.press("Control_L", "Alt_L", "k")
    wait_until(lambda: desktop.focused() == window)
    desktop.press("r")
    desktop.press("x")  # no action
    wait_until(lambda: desktop.accepts_focus(window))
    desktop.press("Escape")  # nothing is to be cancelled
    wait_until(lambda: desktop.focused() == editor)
    wait_until(lambda: not desktop.accepts_focus(window))
    assert shown.stop() == 0


def test_a_key_of_another_program_is_named(
    desktop: XDisplay, show: Callable[..., Shown], display: str
) -> None:
    code = desktop.connection.keysym_to_keycode(ord("x"))
    desktop.root.grab_key(code, X.ControlMask | X.Mod1Mask, False, X.GrabModeAsync, X.GrabModeAsync)
    desktop.connection.sync()
    shown = show(DISPLAY=display)
    problem = shown.until(m.ProblemReported)
    desktop.root.ungrab_key(code, X.ControlMask | X.Mod1Mask)
    desktop.connection.sync()
    assert isinstance(problem, m.ProblemReported)
    assert problem.problem.startswith("Ctrl+Alt+X (Cancel the answer) belongs to another program")
    assert problem.fix == 'choose another one: [overlay.keys] cancel = "…"'
