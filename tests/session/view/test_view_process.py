from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable

import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from session.view import strings
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
    publish(hub_run, question(1))
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


# --- the terminal view, in a terminal emulator -------------------------------------------------------------

HEADLINE = "The hardest part was finding out that we were waiting for ourselves."
ASKED = (*story.opening(), *story.talk(), *story.asked(), *story.streamed()[:6])


def published(run: Run, kind: type[m.Message], terminal: Terminal, *keys: str) -> list[m.Event]:
    """Press keys, and return the events of a kind that the view publishes."""
    with HubClient("session", run, kinds=wiring.LOGGED) as listener:
        terminal.press(*keys)
        return wait_until(lambda: [e.event for e in listener.poll(0.1) if isinstance(e.event, kind)])


def test_the_terminal_shows_the_session_and_leaves_its_words(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *ASKED)
    terminal.until_shown("waiting for ourselves")
    terminal.until_shown("nobody could say")
    assert terminal.emulator.is_alternate
    assert terminal.stop() == 0
    assert not terminal.emulator.is_alternate
    left = " ".join(terminal.screen().split())
    for part in ("Of course, happy to be here.", "? What was the hardest part of that?", HEADLINE):
        assert part in left
    assert left.index("Thanks for making") < left.index("? What was") < left.index("nobody could say")


def test_a_continued_turn_is_left_once_with_its_question_after_it(terminal: Terminal, hub_run: Run) -> None:
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
    assert screen.index(f"Them  {whole}") < screen.index(f"? {whole}")


def is_whole(shown: list[str], rows: int) -> bool:
    return shown[1].startswith("? What was the hardest part") and shown[rows - 1].startswith("a answer")


@pytest.mark.parametrize(
    "size", [(80, 24), *(pytest.param(size, marks=pytest.mark.long) for size in ((40, 20), (120, 50)))]
)
def test_nothing_stands_twice_in_any_size_and_after_resizing(size: tuple[int, int], hub_run: Run) -> None:
    terminal = Terminal(hub_run, *size)
    try:
        publish(hub_run, *ASKED)
        terminal.until_shown("Answering…")
        for columns, rows in (size, (50, 16), (100, 30), (40, 20), size):
            terminal.resize(columns, rows)
            wait_until(lambda rows=rows: is_whole(terminal.rows(), rows))
            shown = terminal.rows()
            assert shown[2].startswith("The hardest part was finding out")
            assert sum(set(row) == {"─"} for row in shown) == 1
            for once in ("▁ Them", "? What", "The hardest part", "Answering…", "queue.md", "1 request"):
                assert terminal.screen().count(once) == 1, (once, columns, rows)
    finally:
        terminal.close()


def test_what_others_write_over_the_screen_does_not_stay(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *ASKED)
    terminal.until_shown("Answering…")
    terminal.emulator.feed("\x1b[3;1Ha warning of a library")
    terminal.press("?", "?")
    wait_until(lambda: (terminal.press("?"), HEADLINE in terminal.rows())[1], timeout_s=10)
    assert "a warning of a library" not in terminal.screen()


def test_keys_reach_the_session(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *ASKED)
    terminal.until_shown("Answering…")
    for key, event in (
        ("a", m.AnswerRequested(by="view")),
        ("\x1b", m.CancelRequested(by="view")),
        ("-", m.VariantRequested(question=1, variant="shorter", by="view")),
    ):
        assert published(hub_run, type(event), terminal, "x", key) == [event]


def test_the_end_is_asked_for_and_leaves_no_word(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *ASKED)
    terminal.until_shown("q end")
    terminal.press("q")
    terminal.until_shown(strings.ENDING)
    assert published(hub_run, m.EndRequested, terminal, "y") == [m.EndRequested(by="view")]
    assert terminal.stop() == 0
    assert "Of course, happy to be here." not in terminal.screen()


def test_an_answer_is_copied_only_when_asked(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *story.opening(), *story.asked(), story.finished(text="Copy me."))
    terminal.until_shown("c copy")
    assert "\x1b]52" not in terminal.raw
    terminal.press("c")
    terminal.until_shown(strings.COPIED)
    assert f"\x1b]52;c;{base64.b64encode(b'Copy me.').decode()}\x07" in terminal.raw


def test_the_terminal_is_left_as_it_was(terminal: Terminal, hub_run: Run) -> None:
    publish(hub_run, *story.opening())
    terminal.until_shown("nothing left this machine")
    assert terminal.now() != terminal.before
    assert terminal.stop() == 0
    assert terminal.now() == terminal.before
    for on, off in (("?25h", "?25l"), ("?7h", "?7l"), ("?1049l", "?1049h")):
        assert terminal.raw.rindex(f"\x1b[{on}") > terminal.raw.rindex(f"\x1b[{off}")
