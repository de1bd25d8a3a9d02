from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from PyQt6.QtGui import QImage

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from overlay.settings import OverlaySettings
from tests.support import sample_session as story
from tests.support.event_publishers import EventPublishers
from tests.support.waiting import wait_until
from tests.support.x_windows import x_display
from tests.support.xvfb import display

__all__ = ["display"]

StartStage = Callable[..., "subprocess.Popen[bytes]"]


class Shown:
    """A real overlay on a real hub, and what it says."""

    def __init__(self, run: Run, child: subprocess.Popen[bytes], picture: Path) -> None:
        self.run, self.child, self.picture = run, child, picture
        self.client = HubClient("session", run, kinds=wiring.LOGGED | {m.Heartbeat})
        self.events: list[m.Event] = []

    def until(self, kind: type[m.Message], stage: str = "overlay") -> m.Event:
        def found() -> m.Event | None:
            self.events += [logged.event for logged in self.client.poll(0.1)]
            of_stage = (event for event in self.events if getattr(event, "stage", stage) == stage)
            return next((event for event in of_stage if isinstance(event, kind)), None)

        event = wait_until(found, timeout_s=30)
        assert event is not None
        return event

    def until_drawn(self) -> None:
        """Wait until the overlay says in a beat that it has dealt with all that was logged."""
        with HubClient("view", self.run, kinds=wiring.LOGGED) as reader:
            latest = max(logged.seq for logged in reader.poll(10))

        def dealt_with() -> bool:
            sends_heartbeats = (logged.event for logged in self.client.poll(0.1))
            return any(
                isinstance(beat, m.Heartbeat) and beat.processed_seq >= latest for beat in sends_heartbeats
            )

        wait_until(dealt_with, timeout_s=10)

    def request(self, event: m.Event) -> None:
        """Publish an event as a command beside the session does."""
        with HubClient("control", self.run, kinds=frozenset()) as client:
            client.publish(event)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=10)


@pytest.fixture
def show(
    make_run: Callable[..., Run], start_stage: StartStage, tmp_path: Path
) -> Iterator[Callable[..., Shown]]:
    every: list[Shown] = []

    def start(settings: OverlaySettings = OverlaySettings(), **environment: str) -> Shown:  # noqa: B008
        picture = tmp_path / "window.png"
        run = make_run(overlay=msgspec.structs.replace(settings, picture=str(picture)))
        start_stage(run, "bus")
        child = start_stage(
            run, "overlay", **{"QT_QPA_PLATFORM": "", "PYTHONFAULTHANDLER": "1", **environment}
        )
        every.append(Shown(run, child, picture))
        return every[-1]

    yield start
    for shown in every:
        shown.client.close()


def colours(picture: Path) -> int:
    image = QImage(str(picture))
    assert not image.isNull()
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


def test_a_session_is_drawn_on_a_real_display(show: Callable[..., Shown], display: str) -> None:
    shown = show(DISPLAY=display)
    ready = shown.until(m.StageReady)
    assert isinstance(ready, m.StageReady)
    assert ready.detail == "xcb"
    with EventPublishers(shown.run) as speakers:
        speakers.say_in_turn([*story.opening(), *story.talk(), *story.asked(), *story.streamed()])
    shown.until_drawn()
    assert shown.stop() == 0
    assert colours(shown.picture) > 20


def test_overlay_draws_off_screen_on_request(show: Callable[..., Shown]) -> None:
    shown = show(QT_QPA_PLATFORM="offscreen")
    shown.until(m.StageReady)
    assert shown.stop() == 0
    assert colours(shown.picture) > 3


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="elsewhere the kernel enforces nothing")
def test_it_opens_no_internet_socket(show: Callable[..., Shown]) -> None:
    shown = show(QT_QPA_PLATFORM="offscreen")
    ready = shown.until(m.StageReady)
    assert isinstance(ready, m.StageReady)
    assert ready.sandbox.startswith("no internet sockets (seccomp)")
    assert not psutil.Process(shown.child.pid).net_connections("inet")


def test_the_window_s_own_loop_beats(show: Callable[..., Shown]) -> None:
    shown = show(QT_QPA_PLATFORM="offscreen")
    shown.until(m.StageReady)
    shown.until(m.Heartbeat)


def test_closing_hides_the_window_and_a_command_shows_it(show: Callable[..., Shown], display: str) -> None:
    shown = show(DISPLAY=display)
    shown.until(m.StageReady)
    with x_display(display) as view:
        (window,) = wait_until(lambda: view.titled("Cuecard"))
        view.close(window)
        wait_until(lambda: not view.is_visible(window))
        shown.request(m.WindowRequested(action="toggle", by="control"))
        wait_until(lambda: view.is_visible(window))
    assert shown.stop() == 0


@pytest.mark.parametrize("named", ["", ":4321"])
def test_missing_display_names_the_terminal_view(show: Callable[..., Shown], named: str) -> None:
    shown = show(DISPLAY=named, WAYLAND_DISPLAY="")
    assert shown.child.wait(timeout=20) == 6
    problem = shown.until(m.ProblemReported)
    assert isinstance(problem, m.ProblemReported)
    assert problem.fix == "use --view terminal"
