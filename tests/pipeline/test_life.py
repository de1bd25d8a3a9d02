"""The life of a session: everything that a user may do from start to receipt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from session.models import store
from session.run.start.demo import DEMO
from session.transcript.saved_session import decode
from tests.support import pulse_server as pulse
from tests.support.session_process import running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long
SOURCES = tuple(part for name in ("call", "mic") for part in ("--source", f"{name}=file:{DEMO / name}.flac"))
SETTINGS = (*SOURCES, "--model", "tiny.en", "--provider", "none")
OPENING = "Thanks for joining"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s")


def cuecard(place: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "session", *arguments],
        env={**os.environ, "XDG_RUNTIME_DIR": str(place)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_life_by_commands(place: Path) -> None:
    saved, notes = place / "saved.json", place / "plan.md"
    notes.write_text("# Vacation\nOur vacation in Norway begins in June.")
    arguments = ("run", *SETTINGS, "--view", "none", "--json", "--save", str(saved))
    with running(*arguments, directory=place) as session:
        session.wait_for("QuestionDetected")
        assert "Struck from the last 60 s" in cuecard(place, "strike")
        cuecard(place, "mark", "from here on")
        cuecard(place, "mute", "mic")
        session.wait_for("CapturePaused")
        assert cuecard(place, "note", str(notes)).startswith("Added plan.md")
        struck = {each["question"] for each in session.of("QuestionDetected")}
        cuecard(place, "ask", "When does our vacation in Norway begin?")
        wait_until(lambda: any(each["kind"] == "typed" for each in session.of("QuestionDetected")), 30)
        finals = len(session.of("FinalTranscribed"))
        session.wait_for("FinalTranscribed", finals + 1)
        cuecard(place, "unmute", "mic")
        session.wait_for("CaptureResumed")
        cuecard(place, "end")
        assert session.end(30) == 0, session.errors
    assert b"deleted from memory" in b" ".join(session.errors.split())
    assert session.left_behind() == []
    whole = decode(saved.read_bytes())
    assert OPENING not in saved.read_text("utf-8")
    assert [mark.text for mark in whole.marks] == ["from here on"]
    assert len(whole.struck) == 1
    assert [(pause.source, pause.stop_s is not None) for pause in whole.pauses] == [("mic", True)]
    assert whole.notes == ["plan.md"]
    typed = next(each for each in whole.questions if each.kind == "typed")
    assert typed.passages[0].file == "plan.md"
    assert struck.isdisjoint({each.number for each in whole.questions})
    assert whole.turns != []


class Terminal:
    """A program in a terminal of tmux.

    Args:
        place: A private directory.
    """

    def __init__(self, place: Path) -> None:
        self._tmux = ["tmux", "-S", str(place / "tmux"), "-f", "/dev/null"]

    def run(self, command: str) -> None:
        """Start it."""
        subprocess.run([*self._tmux, "new-session", "-d", "-x", "100", "-y", "30", command], check=True)

    def press(self, *keys: str) -> None:
        """Press keys."""
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def screen(self) -> str:
        """Return what is on the screen."""
        done = subprocess.run(
            [*self._tmux, "capture-pane", "-p"], capture_output=True, text=True, check=False
        )
        return " ".join(done.stdout.split())

    def wait_to_see(self, text: str) -> None:
        """Wait until a text is on the screen."""
        wait_until(lambda: text in self.screen(), 60)

    def close(self) -> None:
        """End the terminal."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@contextmanager
def terminal(place: Path) -> Iterator[Terminal]:
    opened = Terminal(place)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_life_in_a_terminal(place: Path) -> None:
    saved = place / "saved.md"
    command = f"{sys.executable} -m session run {' '.join(SETTINGS)} --view terminal --save {saved}"
    with terminal(place) as shown:
        shown.run(f"env XDG_RUNTIME_DIR={place} {command}; sleep 60")
        shown.wait_to_see("? Could you")
        assert OPENING in shown.screen()
        shown.press("b")
        shown.wait_to_see("Marked ★")
        shown.press("u")
        shown.wait_to_see("You (paused)")
        shown.press("z")
        shown.wait_to_see("Press z again")
        shown.press("z")
        shown.wait_to_see("Struck from the last 60 s")
        assert OPENING not in shown.screen()
        assert "Marked" not in shown.screen()
        shown.press("q")
        shown.wait_to_see("End the session?")
        shown.press("p")
        wait_until(saved.exists, 30)
        shown.wait_to_see("deleted from memory")
        assert OPENING not in shown.screen()
    text = saved.read_text("utf-8")
    assert "**Struck:** from 0:00 to" in text
    assert "**Paused:** You from" in text
    assert OPENING not in text


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.skipif(bool(pulse.missing_programs()), reason="no sound server is installed")
def test_a_live_session_in_a_terminal_begins_with_the_consent_of_the_others(place: Path) -> None:
    saved = place / "saved.md"
    command = f"{sys.executable} -m session run --source mic=default --model tiny.en --provider none"
    with pulse.pulse_server(place) as server, terminal(place) as shown:
        own = {"XDG_RUNTIME_DIR": place, "XDG_STATE_HOME": place, **server.environment}
        own[store.DIRECTORY_VARIABLE] = store.models_directory()
        variables = " ".join(f"{name}={value}" for name, value in own.items())
        shown.run(f"env {variables} {command} --view terminal --save {saved}; sleep 60")
        shown.wait_to_see("Who takes part")
        assert "Cuecard" not in server.pactl("list", "source-outputs"), "no device is open yet"
        shown.press("Ada, Bob", "Enter")
        shown.wait_to_see("[y/N]")
        shown.press("y", "Enter")
        wait_until(lambda: 'application.name = "Cuecard"' in server.pactl("list", "source-outputs"), 60)
        wait_until(lambda: "Who takes part" not in shown.screen() and "You" in shown.screen(), 60)
        shown.press("q")
        shown.wait_to_see("End the session?")
        shown.press("p")
        wait_until(saved.exists, 30)
    assert "Ada, Bob" in saved.read_text("utf-8")
