from __future__ import annotations

from pathlib import Path

import pytest

from bus.messages import WindowPlaced
from overlay.settings import OverlaySettings, Place
from session.run.window_memory import WindowMemory, remembered, window_file, with_remembered

MOVED = WindowPlaced(monitor="HDMI-1", x=100, y=8, width=500, height=440, opacity_percent=60, font_px=18)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def store(*events: WindowPlaced) -> None:
    memory = WindowMemory(active=True)
    for event in events:
        memory.apply(event)
    memory.close()


def test_place_and_look_are_there_in_the_next_session() -> None:
    store(MOVED)
    settings = with_remembered(OverlaySettings())
    assert settings.places == {"HDMI-1": Place(x=100, y=8, width=500, height=440)}
    assert (settings.opacity, settings.font_px) == (0.6, 18)


def test_settings_go_before_what_is_remembered() -> None:
    store(MOVED)
    settings = with_remembered(OverlaySettings(opacity=0.3, font_px=20))
    assert (settings.opacity, settings.font_px) == (0.3, 20)
    assert with_remembered(OverlaySettings(remember=False)).places == {}


def test_every_monitor_has_its_place() -> None:
    store(
        MOVED, WindowPlaced(monitor="eDP-1", x=1, y=2, width=400, height=300, opacity_percent=90, font_px=15)
    )
    store()
    assert remembered().places.keys() == {"HDMI-1", "eDP-1"}
    assert remembered().opacity_percent == 90


@pytest.mark.parametrize("content", [b"", b"{", b'{"places": 3}', b'{"opacity_percent": 900}', b"\xff" * 99])
def test_a_damaged_file_is_no_obstacle(content: bytes) -> None:
    window_file().parent.mkdir(parents=True)
    window_file().write_bytes(content)
    assert with_remembered(OverlaySettings()) == OverlaySettings()
    store(MOVED)
    assert remembered().font_px == 18


def test_the_file_holds_numbers_of_a_screen_and_nothing_else() -> None:
    store(MOVED, WindowPlaced(monitor="x", x=10**9, y=0, width=1, height=1, opacity_percent=0, font_px=0))
    assert remembered().places.keys() == {"HDMI-1"}
    assert window_file().stat().st_mode & 0o777 == 0o600


def test_a_session_without_a_window_stores_nothing() -> None:
    memory = WindowMemory(active=False)
    memory.apply(MOVED)
    memory.close()
    assert not window_file().exists()
