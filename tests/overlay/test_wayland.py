"""The overlay on a Wayland compositor, and what is said about its limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bus import messages as m
from overlay.settings import OverlaySettings, Place
from session.doctor.display import display as check_display
from tests.overlay.test_overlay_process import Shown, colours, show
from tests.support import sample_session as story
from tests.support.event_publishers import EventPublishers
from tests.support.weston import wayland

__all__ = ["show", "wayland"]


def test_a_session_is_drawn_in_an_ordinary_window_without_warnings(
    show: Callable[..., Shown], wayland: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    places = {name: Place(x=30, y=40, width=400, height=300) for name in ("headless", "screen0")}
    shown = show(OverlaySettings(places=places), **wayland)
    ready = shown.until(m.StageReady)
    assert isinstance(ready, m.StageReady)
    assert ready.detail == "wayland"
    with EventPublishers(shown.run) as speakers:
        speakers.say_in_turn([*story.opening(), *story.talk(), *story.asked(), *story.streamed()])
    shown.until_drawn()
    shown.request(m.WindowRequested(action="next_monitor", by="control"))
    placed = shown.until(m.WindowPlaced, stage="")
    assert isinstance(placed, m.WindowPlaced)
    assert placed.width == 400
    assert (placed.x, placed.y) == (30, 40), "it cannot know where it is, so it keeps what it knew"
    assert shown.stop() == 0
    assert colours(shown.picture) > 20
    assert not [event for event in shown.events if isinstance(event, m.ProblemReported)]
    assert "qt." not in capfd.readouterr().err


def test_doctor_says_what_wayland_does_not_allow(
    wayland: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    for name, value in wayland.items():
        monkeypatch.setenv(name, value)
    finding = check_display()
    assert finding.ok
    assert "cannot stay on top, choose their place or receive global keys" in finding.detail
