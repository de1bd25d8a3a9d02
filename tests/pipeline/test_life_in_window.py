"""The life of a session in a window, by keys alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile

from overlay.texts import strings as overlay_strings
from session.models import store
from session.review import strings
from session.run.start.demo import DEMO
from session.setup import strings as setup_strings
from tests.support import pulse_server as pulse
from tests.support.session_process import Session, running
from tests.support.waiting import wait_until
from tests.support.x_windows import XDisplay, x_display
from tests.support.xvfb import display

__all__ = ["display"]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        bool(pulse.missing_programs()), reason=f"not installed: {', '.join(pulse.missing_programs())}"
    ),
]
SOURCE = ("run", "--source", "mic=default", "--model", "tiny.en", "--provider", "none")
OPENING = "hanks for joining"


@dataclass
class Screen:
    """The windows of a session, and its user's keys."""

    view: XDisplay

    def window(self, title: str) -> int:
        """Wait for a window that is shown."""
        return wait_until(
            lambda: [each for each in self.view.titled(title) if self.view.is_visible(each)], timeout_s=30
        )[-1]

    def focus(self, title: str) -> None:
        """Wait for a window, and give it the keyboard."""
        self.view.focus(self.window(title))

    def globally(self, key: str) -> None:
        """Press a key that works in every program."""
        self.view.press("Control_L", "Alt_L", key)


@pytest.fixture
def screen(display: str) -> Iterator[Screen]:
    with x_display(display) as view:
        yield Screen(view)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("w")


@pytest.fixture
def server(place: Path) -> Iterator[pulse.PulseServer]:
    with pulse.pulse_server(place) as started:
        yield started


def surroundings(server: pulse.PulseServer, place: Path, display: str) -> dict[str, str]:
    return {
        **server.environment,
        "XDG_RUNTIME_DIR": str(place),
        "XDG_CONFIG_HOME": str(place),
        "XDG_STATE_HOME": str(place),
        "XDG_DATA_HOME": str(place / "data"),
        store.DIRECTORY_VARIABLE: str(store.models_directory()),
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "CUECARD_SESSION_REVIEW": "always",
    }


def say(server: pulse.PulseServer, start_s: int, stop_s: int) -> None:
    samples, rate_hz = soundfile.read(
        DEMO / "call.flac", dtype="int16", start=start_s * 16_000, stop=stop_s * 16_000
    )
    assert server.play(samples, rate_hz).wait(30) == 0


def ask(session: Session, environment: dict[str, str], text: str) -> None:
    command = [sys.executable, "-m", "session", "ask", text]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=60, capture_output=True)
    wait_until(lambda: any(each["kind"] == "typed" for each in session.of("QuestionDetected")), 30)


@pytest.mark.timeout(180)
def test_a_life_by_keys(screen: Screen, display: str, server: pulse.PulseServer, place: Path) -> None:
    environment = surroundings(server, place, display)
    arguments = (*SOURCE, "--view", "overlay", "--json")
    with running(*arguments, directory=place, environment=environment) as session:
        screen.focus(setup_strings.QUESTION_TITLE)
        assert session.events == [], "nothing is captured before the others agree"
        for key in ("a", "d", "a", *(["Tab"] * 4), "space"):  # past "Copy", "Not yet" and "I am alone"
            screen.view.press(key)
        session.wait_for("CaptureStarted")
        screen.window(overlay_strings.TITLE)
        wait_until(lambda: "overlay" in {each["stage"] for each in session.of("StageReady")}, 30)
        wait_until(lambda: "stt" in {each["stage"] for each in session.of("StageReady")}, 30)
        say(server, 0, 3)
        session.wait_for("FinalTranscribed")
        screen.globally("b")
        session.wait_for("MomentMarked")
        screen.globally("z")
        session.wait_for("LogRedacted")
        screen.globally("u")
        session.wait_for("CapturePaused")
        finals = len(session.of("FinalTranscribed"))
        say(server, 0, 3)  # to a closed device
        screen.globally("u")
        session.wait_for("CaptureResumed")
        ask(session, environment, "When does the project begin?")
        say(server, 18, 24)
        session.wait_for("FinalTranscribed", finals + 1)
        screen.globally("b")
        session.wait_for("MomentMarked", 2)
        screen.globally("k")
        screen.focus(overlay_strings.TITLE)
        screen.view.press("q")
        screen.view.press("space")
        session.wait_for("SessionEnding")
        screen.focus(strings.TITLE)
        screen.view.press("Control_L", "s")
        screen.focus(strings.SAVE_AS)
        screen.view.press("Return")
        (file,) = wait_until(lambda: [*place.glob("Cuecard *.md")])
        screen.focus(strings.TITLE)
        screen.view.press("Escape")  # the receipt
        screen.view.press("Escape")
        assert session.end(30) == 0, session.errors
    text = file.read_text("utf-8")
    assert "ada" in text, text
    assert OPENING not in text, "neither what was struck nor what was said to a closed device is kept"
    assert "**Struck:**" in text
    assert "**Paused:**" in text
    assert "When does the project begin?" in text
    assert b"deleted from memory" in b" ".join(session.errors.split())
    assert session.left_behind() == []
