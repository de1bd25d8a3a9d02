"""The overlay in its sandbox, as a screen reader gets it from the accessibility bus."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus import messages as m
from overlay.settings import OverlaySettings
from tests.overlay.test_overlay_process import Shown, show
from tests.support import sample_session as story
from tests.support.event_publishers import EventPublishers
from tests.support.screen_reader import ScreenReader, screen_reader
from tests.support.waiting import wait_until
from tests.support.xvfb import display

__all__ = ["display", "show"]

FIRST = "The hardest part was finding out that we were waiting for ourselves."


@pytest.fixture
def reader() -> Iterator[ScreenReader]:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        screen_reader(Path(directory)) as reader,
    ):
        yield reader


def test_a_screen_reader_gets_names_roles_and_announcements(
    reader: ScreenReader, show: Callable[..., Shown], display: str
) -> None:
    bus = reader.environment["DBUS_SESSION_BUS_ADDRESS"]
    shown = show(
        OverlaySettings(announce="answers"),
        DISPLAY=display,
        DBUS_SESSION_BUS_ADDRESS=bus,
        QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1",
    )
    shown.until(m.StageReady)
    with EventPublishers(shown.run) as speakers:
        speakers.say_in_turn([*story.opening(), *story.talk(), *story.asked()])
        shown.until_drawn()
        wait_until(lambda: reader.events("object:announcement"))
        speakers.say_in_turn([*story.streamed(), story.finished()])
        wait_until(lambda: len(reader.events("object:announcement")) == 2)
    question = "Question: What was the hardest part of that?"
    assert reader.events("object:announcement") == [
        ("application", "cuecard", question),
        ("application", "cuecard", FIRST),
    ]
    changed = reader.events("object:property-change:accessible-name")
    assert ("label", FIRST, FIRST) in changed
    parts = [(role.removeprefix("push "), name) for role, name in reader.parts()]  # of older versions
    assert {
        ("label", "Them (a file)"),
        ("label", "You: speaking (a file)"),
        ("button", "Answer what was just said"),
        ("button", "Menu"),
        ("label", "What was the hardest part of that?"),
        ("label", "some-model"),
    } <= {*parts}, parts
    assert shown.stop() == 0
