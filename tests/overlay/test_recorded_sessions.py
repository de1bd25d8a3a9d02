"""Plays recorded sessions to the window, event by event, and looks at it after each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PyQt6.QtCore import QPoint

from bus import messages as m
from overlay.state.captions import Captions
from overlay.window import OverlayWindow

SESSIONS = Path(__file__).parents[1] / "data/sessions"


def recorded(name: str) -> Iterator[m.Logged]:
    """Yield the events of a recorded session."""
    for line in (SESSIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        fields = msgspec.json.decode(line)
        seq, logged_ns = fields.pop("seq"), fields.pop("logged_ns")
        yield m.Logged(seq, logged_ns, msgspec.convert(fields, m.Event))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["real_speech", "demo"])
def test_nothing_that_is_read_moves(window: OverlayWindow, name: str) -> None:
    captions, starts = Captions(), dict[tuple[str, int], int]()
    for logged in recorded(name):
        captions.apply(logged)
        window.draw(captions)
        window.grab()
        order = [(each.source, each.lines[0].start_ns) for each in captions.paragraphs]
        assert order == sorted(order, key=lambda each: each[1]), "a paragraph went up"
        current = captions.current
        if current is not None and current.searched:
            place = window.exchange.answer.mapTo(window, QPoint(0, 0)).y()
            assert starts.setdefault((name, current.question), place) == place, "the answer moved"


def test_both_speakers_are_there_with_everything_they_said(window: OverlayWindow) -> None:
    captions = Captions()
    for logged in recorded("real_speech"):
        captions.apply(logged)
    window.action_requested.emit("more")
    window.draw(captions)
    shown = window.pane.toPlainText()
    assert "Go forward 10 meters." in shown
    assert "ask not what your country can do for you ask what you can do for your country" in shown
    assert shown.count("And so my fellow Americans") == 1, "a turn that continued is one paragraph"
    assert captions.problems.current() == []


def test_every_answer_of_the_demo_can_be_brought_back(window: OverlayWindow) -> None:
    captions = Captions()
    for logged in recorded("demo"):
        captions.apply(logged)
    window.draw(captions)
    questions = [window.exchange.question.whole]
    for _ in range(3):
        window.action_requested.emit("earlier")
        questions.append(window.exchange.question.whole)
    assert questions[::-1] == [exchange.text for exchange in captions.exchanges]
    assert len({*questions}) == 4
