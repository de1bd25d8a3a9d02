"""From a session to a saved file and the receipt."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from session import encryption
from session.review import strings
from session.transcript.saved_session import decode
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.restricted_session import WORDS, arguments, surroundings
from tests.support.waiting import wait_until
from tests.support.x_windows import x_display
from tests.support.xvfb import display, xvfb

__all__ = ["display"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X displays and pseudo-terminals")


class Page:
    """A session with the overlay, followed by its page on a display."""

    def __init__(self, place: Path, display: str) -> None:
        self.display = display
        self.home = place / "home"
        self.home.mkdir()
        command = [each for each in arguments(place) if each != "--json"]
        self.environment = surroundings(
            place, DISPLAY=display, QT_QPA_PLATFORM="xcb", HOME=str(self.home), XDG_CONFIG_HOME=str(self.home)
        )
        self._output = place / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--view", "overlay"],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def window(self, title: str) -> int:
        """Wait for a window."""
        with x_display(self.display) as view:

            def shown() -> list[int]:
                return [window for window in view.titled(title) if view.is_visible(window)]

            return wait_until(shown, timeout_s=20)[-1]

    def press(self, title: str, *keys: str) -> None:
        """Press keys together in a window."""
        window = self.window(title)
        with x_display(self.display) as view:
            view.focus(window)
            view.press(*keys)

    def pid(self) -> int:
        """Return the page's process."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next(each.pid for each in children if "session.review" in each.cmdline())

    def end(self) -> tuple[int, str]:
        """Wait for the end, and return the exit code and everything it wrote."""
        return self.process.wait(timeout=30), " ".join(self._output.read_text().split())


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose path is short enough for sockets."""
    return tmp_path_factory.mktemp("r")


@pytest.fixture
def page(place: Path, display: str) -> Iterator[Page]:
    started = Page(place, display)
    yield started
    if started.process.poll() is None:
        started.process.terminate()
        started.process.wait(timeout=30)


@pytest.mark.long
def test_a_session_is_saved_from_its_page(page: Page, place: Path) -> None:
    page.press(strings.TITLE, "Control_L", "s")
    page.press(strings.SAVE_AS, "Return")
    (file,) = wait_until(lambda: [*page.home.glob("Cuecard *.md")])
    wait_until(lambda: WORDS in file.read_text())
    page.press(strings.TITLE, "Escape")  # the receipt
    page.press(strings.TITLE, "Escape")
    code, written = page.end()
    assert code == 0
    assert " ".join(strings.receipt([])) in written
    assert f"saved {file}" in written
    assert [each.name for each in place.iterdir() if each.name.startswith("cuecard-")] == []


@pytest.mark.long
def test_ctrl_c_closes_the_page_and_keeps_nothing(page: Page) -> None:
    page.window(strings.TITLE)
    page.process.send_signal(signal.SIGINT)
    code, written = page.end()
    assert code == 0
    assert strings.PAGE_OPEN in written
    assert written.endswith("saved nothing")
    assert list(page.home.glob("Cuecard*")) == []


@pytest.mark.long
def test_a_killed_page_says_what_was_lost(page: Page) -> None:
    page.window(strings.TITLE)
    os.kill(page.pid(), signal.SIGKILL)
    code, written = page.end()
    assert code == 7
    assert "ended by signal 9 before you chose; nothing of the session, which was not saved" in written


@pytest.mark.long
def test_a_display_that_dies_says_what_was_lost(place: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    with xvfb() as display:
        page = Page(place, display)
        page.window(strings.TITLE)
    code, written = page.end()
    assert code == 7
    assert "before you chose; nothing of the session, which was not saved" in written


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".json", ".json.age"])
def test_the_terminal_asks_and_saves(place: Path, suffix: str) -> None:
    command = [each for each in arguments(place) if each != "--json"][1:]
    environment = surroundings(place, TERM="xterm", HOME=str(place), CUECARD_SESSION_VIEW="terminal")
    file, passphrase = place / f"talk{suffix}", "a horse, a battery"
    with PseudoTerminal(*command, environment=environment) as terminal:
        terminal.type_at(strings.SAVE_QUESTION, "j")
        terminal.type_at("[Cuecard ", str(file))
        if suffix.endswith(".age"):
            terminal.type_at("New passphrase", passphrase)
            terminal.type_at("Once more", passphrase)
        terminal.wait_to_see("saved")
        assert terminal.end() == 0
        assert "deleted from memory" in terminal.shown
        assert passphrase not in terminal.shown
    body = file.read_bytes()
    if suffix.endswith(".age"):
        assert WORDS.encode() not in body
        body = encryption.decrypt(body, passphrase)
    assert WORDS in decode(body).turns[0].text


@pytest.mark.long
def test_the_terminal_keeps_a_session_in_the_store(place: Path) -> None:
    command = [each for each in arguments(place) if each != "--json"][1:]
    data = {"HOME": str(place), "XDG_DATA_HOME": str(place / "data")}
    environment = surroundings(place, TERM="xterm", CUECARD_SESSION_VIEW="terminal", **data)
    with PseudoTerminal(*command, environment=environment) as terminal:
        terminal.type_at(strings.SAVE_QUESTION, "s")
        terminal.type_at("How long to keep it", "9")
        terminal.type_at("Encrypt it", "n")
        terminal.wait_to_see("saved")
        assert terminal.end() == 0
    (file,) = (place / "data/cuecard/sessions").iterdir()
    assert ".until-" in file.name
    assert WORDS in decode(file.read_bytes()).turns[0].text
