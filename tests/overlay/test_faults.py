"""Kills, freezes and thaws the window in the middle of an answer."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence

import pytest
from PyQt6.QtGui import QImage

from bus import messages as m
from tests.overlay.test_overlay_process import Shown, StartStage, show
from tests.support import sample_session as story
from tests.support.event_publishers import EventPublishers
from tests.support.waiting import wait_until

__all__ = ["StartStage", "show"]

PIECES = story.streamed(pieces=12)


@pytest.fixture
def shown(show: Callable[..., Shown]) -> Shown:
    shown = show(QT_QPA_PLATFORM="offscreen")
    shown.until(m.StageReady)
    publish(shown, [*story.opening(), *story.talk(), *story.asked(), *PIECES[:5]])
    shown.until_drawn()
    return shown


def publish(shown: Shown, events: Sequence[m.Event]) -> None:
    with EventPublishers(shown.run) as speakers:
        speakers.say_in_turn(events)


def picture(shown: Shown) -> QImage:
    """End the window, and return how it looked at last."""
    shown.until_drawn()
    assert shown.stop() == 0
    return QImage(str(shown.picture))


@pytest.fixture
def undisturbed(show: Callable[..., Shown]) -> QImage:
    shown = show(QT_QPA_PLATFORM="offscreen")
    shown.until(m.StageReady)
    publish(shown, [*story.opening(), *story.talk(), *story.asked(), *PIECES, story.finished()])
    return picture(shown)


def test_a_frozen_window_holds_nothing_up_and_catches_up(shown: Shown, undisturbed: QImage) -> None:
    shown.child.send_signal(signal.SIGSTOP)
    publish(shown, [*PIECES[5:], story.finished()])  # the hub takes them all the same
    shown.child.send_signal(signal.SIGCONT)
    assert picture(shown) == undisturbed


def test_a_killed_window_comes_back_with_the_whole_answer(
    shown: Shown, undisturbed: QImage, start_stage: StartStage
) -> None:
    shown.child.kill()
    shown.child.wait(10)
    publish(shown, [*PIECES[5:], story.finished()])
    shown.child = restarted(shown, start_stage)
    assert picture(shown) == undisturbed


def restarted(shown: Shown, start_stage: StartStage) -> subprocess.Popen[bytes]:
    shown.events.clear()
    child = start_stage(shown.run, "overlay", QT_QPA_PLATFORM="offscreen")
    wait_until(lambda: shown.until(m.StageReady), 20)
    return child
