"""`cuecard` alone, from an empty home to a running session and back."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bus.run import RUN_VARIABLE
from session.desktop_entry import program
from session.setup import strings
from tests.capture.conftest import sound_server
from tests.support.pulse_server import PulseServer
from tests.support.waiting import wait_until
from tests.support.x_windows import XDisplay, window_manager, x_display
from tests.support.xvfb import display

__all__ = ["display", "sound_server"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X displays and PulseAudio")


_PAGES = 5


def opened(screen: XDisplay, title: str) -> int:
    """Wait for a window, give it the keyboard, and return it."""
    (window,) = wait_until(lambda: screen.titled(title), timeout_s=30)
    wait_until(lambda: screen.is_visible(window))
    wait_until(lambda: _focus(screen, window))
    return window


def _focus(screen: XDisplay, window: int) -> bool:
    screen.connection.create_resource_object("window", window).set_input_focus(1, 0)
    screen.connection.sync()
    return screen.focused() == window


def captured(server: PulseServer) -> int:
    """Return how many sources programs capture; the server itself captures one for its microphone."""
    return server.pactl("list", "source-outputs").count('application.name = "Cuecard"')


def surroundings(place: Path, server: PulseServer, display: str) -> dict[str, str]:
    hidden = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", RUN_VARIABLE)
    own = {name: str(place / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
    run = place / "r"
    run.mkdir(mode=0o700)
    sound = {name: value for name, value in server.environment.items() if name != "HOME"}
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**inherited, **own, **sound, "DISPLAY": display, "XDG_RUNTIME_DIR": str(run)}


@pytest.mark.long
def test_the_wizard_is_followed_by_the_question_and_the_session(
    display: str, sound_server: PulseServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("f")
    environment = surroundings(place, sound_server, display)
    nowhere = subprocess.DEVNULL
    with (
        window_manager(display),
        x_display(display) as screen,
        subprocess.Popen(program(), env=environment, stdin=nowhere, stdout=nowhere) as session,
    ):
        try:
            opened(screen, strings.TITLE)
            wait_until(lambda: captured(sound_server) == 2, timeout_s=20)
            for _ in range(_PAGES):
                screen.press("Return")
            file = place / "XDG_CONFIG_HOME/cuecard/cuecard.toml"
            wait_until(file.exists)
            written = tomllib.loads(file.read_text())
            assert written == {"capture": {"sources": {"mic": "default", "call": "monitor"}}}
            question = opened(screen, strings.QUESTION_TITLE)
            assert captured(sound_server) == 0, "no device is open yet"
            at = screen.place(question)
            screen.press("x")  # who takes part
            screen.drag((at.x + at.width - 60, at.y + at.height - 34), [])  # "They know"
            (overlay,) = wait_until(lambda: screen.titled("Cuecard"), timeout_s=30)
            wait_until(lambda: screen.is_visible(overlay))
            wait_until(lambda: captured(sound_server) == 2, timeout_s=20)
            end = subprocess.run([*program(), "end"], env=environment, check=False)
            assert end.returncode == 0
            assert session.wait(30) == 0
        finally:
            session.kill()
