from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from tests.support import sample_session as story
from tests.support.events import final, question
from tests.support.view_process import Terminal, View, publish, view_process
from tests.support.waiting import wait_until


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


def test_the_terminal_shows_the_session_and_keeps_it(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *story.opening(), *story.talk(), *story.asked(), *story.streamed()[:6])
    terminal.until_shown("waiting for ourselves")
    terminal.until_shown("nobody could say")
    assert terminal.stop() == 0
    assert "Thanks for making the time today." in terminal.read()


def test_the_terminal_prints_a_continued_turn_once_with_its_question_after_it(
    terminal: Terminal, hub_run: Run
) -> None:
    publish(hub_run, *story.opening("off"), final(1, "Tell me about a time.", "call"))
    publish(hub_run, question(1, "Tell me about a time."), m.AnswerStopped(question=1, cause="", kept=""))
    terminal.until_shown("? Tell me about a time.")
    whole = "Tell me about a time when you failed."
    publish(hub_run, final(2, whole, "call", replaces=[1]), question(2, whole, utterance=2, replaces=1))
    publish(hub_run, m.AnswerStopped(question=2, cause="", kept=""))
    terminal.until_shown(f"? {whole}")
    assert terminal.stop() == 0
    screen = terminal.screen()
    assert screen.count("Tell me about a time") == 2, screen
    assert screen.index(f"call  {whole}") < screen.index(f"? {whole}")


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
