from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from tests.conftest import stage_environment
from tests.overlay import story
from tests.session.events import question
from tests.speakers import Speakers
from tests.waiting import wait_until

_COMMAND = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class View:
    """A view process with its output in a file."""

    def __init__(self, run: Run, kind: str, output: Path) -> None:
        self.output = output
        with output.open("wb") as file:
            self.child = view_process(run, kind, stdout=file.fileno(), stdin=subprocess.DEVNULL)

    def until_written(self, text: str) -> None:
        wait_until(lambda: text in self.output.read_text(), timeout_s=20)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=10)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.read_text().splitlines()]


def view_process(run: Run, kind: str, **streams: int) -> subprocess.Popen[bytes]:
    environment = {**stage_environment(run), "TERM": "xterm-256color"}
    return subprocess.Popen([sys.executable, "-m", "session.view", kind], env=environment, **streams)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def show(hub_run: Run, tmp_path: Path) -> Iterator[Callable[[str], View]]:
    views: list[View] = []

    def start(kind: str) -> View:
        views.append(View(hub_run, kind, tmp_path / "output"))
        return views[-1]

    yield start
    for view in views:
        view.child.kill()
        view.child.wait()


def publish(run: Run, *events: m.Event) -> None:
    with Speakers(run) as speakers:
        speakers.say_in_turn(events)


def test_json_lines_are_the_whole_log_in_order_and_flat(show: Callable[[str], View], hub_run: Run) -> None:
    view = show("json")
    publish(hub_run, *story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished())
    view.until_written("AnswerFinished")
    assert view.stop() == 0
    events = view.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all(isinstance(event["logged_ns"], int) and isinstance(event["type"], str) for event in events)
    (first, *_) = (event for event in events if event["type"] == "FinalTranscribed")
    assert (first["source"], first["text"]) == ("call", "Thanks for making the time today.")


def test_json_lines_have_every_logged_kind_of_event(show: Callable[[str], View], hub_run: Run) -> None:
    view = show("json")
    with HubClient("session", hub_run, kinds=frozenset()) as session:
        session.publish(m.AnswerRequested(by="session"))
    view.until_written("AnswerRequested")


def test_view_shows_events_from_before_its_start(show: Callable[[str], View], hub_run: Run) -> None:
    publish(hub_run, *story.talk())
    view = show("plain")
    view.until_written("You wrote that you ran the payments queue")


def test_events_just_before_the_stop_are_shown(show: Callable[[str], View], hub_run: Run) -> None:
    view = show("json")
    view.until_written("StageReady")
    publish(hub_run, *(question(number) for number in range(1, 301)), m.SessionEnding(cause="done"))
    assert view.stop() == 0
    assert view.events()[-1]["type"] == "SessionEnding"


def test_plain_lines_have_no_colours(show: Callable[[str], View], hub_run: Run) -> None:
    view = show("plain")
    publish(hub_run, *story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished())
    view.until_written("basic_qos")
    assert view.stop() == 0
    assert "\x1b" not in view.output.read_text()


@pytest.mark.parametrize("kind", ["json", "plain"])
def test_closed_pipe_ends_the_view_quietly(hub_run: Run, kind: str) -> None:
    reading, writing = os.pipe()
    errors_read, errors_written = os.pipe()
    child = view_process(hub_run, kind, stdout=writing, stderr=errors_written, stdin=subprocess.DEVNULL)
    os.close(writing)
    os.close(errors_written)
    assert os.read(reading, 1)
    os.close(reading)
    publish(hub_run, *story.talk())
    assert child.wait(timeout=20) == 0
    with os.fdopen(errors_read) as errors:
        assert errors.read() == ""


def test_a_view_that_does_not_exist_is_named(hub_run: Run) -> None:
    assert view_process(hub_run, "cinema").wait(timeout=20) == 2
    problem = m.ProblemReported(
        stage="view", problem="there is no view 'cinema'", fix="use json, plain or terminal"
    )
    with HubClient("session", hub_run) as listener:
        wait_until(lambda: any(logged.event == problem for logged in listener.poll(0.1)))


class Terminal:
    """A view process in a pseudo-terminal."""

    def __init__(self, run: Run, columns: int = 80, rows: int = 24) -> None:
        self._own, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(self._own, False)
        self.before = termios.tcgetattr(its)
        self._its = its
        self.raw = ""
        self.child = view_process(run, "terminal", stdin=its, stdout=its)

    def read(self) -> str:
        with contextlib.suppress(BlockingIOError):  # nothing new
            self.raw += os.read(self._own, 1 << 16).decode(errors="replace")
        return _COMMAND.sub("", self.raw)

    def until_shown(self, text: str) -> None:
        wait_until(lambda: text in self.read(), timeout_s=20)

    def press(self, key: str) -> None:
        os.write(self._own, key.encode())

    def now(self) -> list[Any]:
        return termios.tcgetattr(self._its)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        wait_until(lambda: self.read() and self.child.poll() is not None)
        return self.child.wait()

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._own)
        os.close(self._its)


@pytest.fixture
def terminal(hub_run: Run) -> Iterator[Terminal]:
    shown = Terminal(hub_run)
    yield shown
    shown.close()


def test_the_terminal_shows_the_session_and_keeps_it(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *story.opening(), *story.talk(), *story.asked(), *story.streamed()[:6])
    terminal.until_shown("waiting for ourselves")
    terminal.until_shown("nobody could say")
    assert terminal.stop() == 0
    assert "Thanks for making the time today." in terminal.read()


def test_key_requests_an_answer(terminal: Terminal, hub_run: Run) -> None:
    with HubClient("session", hub_run, kinds=wiring.LOGGED) as listener:
        publish(hub_run, *story.opening("ask"))
        terminal.until_shown("space: answer what was just said")
        terminal.press("x ")
        asked = wait_until(
            lambda: [e.event for e in listener.poll(0.1) if isinstance(e.event, m.AnswerRequested)]
        )
    assert asked == [m.AnswerRequested(by="view")]


def test_the_terminal_is_left_as_it_was(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *story.opening())
    terminal.until_shown("processes ready")
    assert terminal.now() != terminal.before
    assert terminal.stop() == 0
    assert terminal.now() == terminal.before
    assert terminal.raw.rindex("\x1b[?25h") > terminal.raw.rindex("\x1b[?25l")  # the cursor is back
