"""A practice in a real view process, in a pipe and in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from tests.support import sample_practice as story
from tests.support.events import started
from tests.support.view_process import Terminal, View, publish
from tests.support.waiting import wait_until

OPENING = (
    m.SessionStarted(version="0.1.0", sources=["mic"], answer="feedback", started_ns=1),
    started("mic", 1),
)


def test_plain_lines_show_a_whole_practice(show: Callable[[str], View], hub_run: Run) -> None:
    view = show("plain")
    publish(hub_run, *OPENING, *story.whole())
    view.until_written(story.CAVEATS[0])
    assert view.stop() == 0
    lines = [line.split(maxsplit=1)[0] for line in view.output.read_text().splitlines()]
    wanted = [
        "asked",
        "turn",
        "measured",
        "feedback",
        "asked",
        "turn",
        "measured",
        "overall",
        "caution",
    ]
    left = iter(lines)
    assert all(label in left for label in wanted), lines


def test_terminal_shows_a_practice_and_a_key_ends_an_answer(terminal: Terminal, hub_run: Run) -> None:
    with HubClient("session", hub_run, kinds=wiring.LOGGED) as listener:
        publish(hub_run, *OPENING, story.asked(1), story.turn(1))
        terminal.until_shown("your turn")
        terminal.until_shown("n end my answer")
        terminal.press("n")
        pressed = wait_until(
            lambda: [e.event for e in listener.poll(0.1) if isinstance(e.event, m.AnswerRequested)]
        )
    assert pressed == [m.AnswerRequested(by="view")]
    publish(hub_run, *story.whole()[2:])
    terminal.until_shown("The practice is over")
    terminal.until_shown(story.OVERALL[0])
    assert terminal.stop() == 0
    shown = terminal.screen()
    order = [
        shown.index(part)
        for part in ("question 1 of 2", story.REMARKS[0], "question 2 of 2", story.OVERALL[0])
    ]
    assert order == sorted(order)
