from __future__ import annotations

import pytest

from bus import messages as m
from overlay.keys import ACTIONS
from overlay.state.captions import Captions
from session.view import strings
from session.view.terminal.browsing import Browsing, help_keys
from session.view.terminal.keys import key_names
from tests.support import sample_session as story
from tests.support.events import log


def fold(*events: m.Event) -> Captions:
    captions = Captions()
    for logged in log(*events):
        captions.apply(logged)
    return captions


ANSWERED = fold(*story.opening(), *story.asked(), *story.streamed(), story.finished())


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("a", m.AnswerRequested(by="view")),
        ("n", m.AnswerRequested(by="view")),
        ("escape", m.CancelRequested(by="view")),
        ("r", m.VariantRequested(question=1, variant="again", by="view")),
        ("-", m.VariantRequested(question=1, variant="shorter", by="view")),
        ("+", m.VariantRequested(question=1, variant="longer", by="view")),
        ("=", m.VariantRequested(question=1, variant="longer", by="view")),
        ("A", m.AnswerRequested(by="view")),
        ("p", m.PauseRequested(paused=True, by="view")),
        ("u", m.PauseRequested(source="mic", paused=True, by="view")),
        ("b", m.MomentMarked(by="view")),
    ],
)
def test_each_key_publishes_what_it_says(key: str, action: m.Event) -> None:
    assert Browsing().press(key, ANSWERED) == [action]


@pytest.mark.parametrize("key", ["x", " ", "c", "d", "?", "s", "l", "z", "up", "down", "y", "q"])
def test_other_keys_publish_nothing(key: str) -> None:
    assert Browsing().press(key, ANSWERED) == []


def test_variants_need_a_question() -> None:
    assert Browsing().press("+", fold(*story.opening())) == []


@pytest.mark.parametrize(
    ("key", "ends", "leaves_words"), [("y", True, False), ("p", True, True), ("escape", False, True)]
)
def test_the_end_is_asked_for(key: str, ends: bool, leaves_words: bool) -> None:
    browsing = Browsing()
    assert browsing.press("q", ANSWERED) == []
    assert browsing.ending
    assert browsing.press("a", ANSWERED) == []
    assert browsing.press(key, ANSWERED) == ([m.EndRequested(by="view")] if ends else [])
    assert (browsing.ending, browsing.leaves_words) == (False, leaves_words)


def test_escape_closes_the_status_before_it_cancels() -> None:
    browsing = Browsing(aside="status")
    assert browsing.press("escape", ANSWERED) == []
    assert browsing.aside == ""


def test_a_key_opens_and_closes_what_is_beside_the_session() -> None:
    browsing = Browsing()
    seen = []
    for key in ("?", "s", "l", "l", "i", "?"):
        browsing.press(key, ANSWERED)
        seen.append(browsing.aside)
    assert seen == ["status", "sent", "latency", "", "status", ""]


def test_the_last_minute_is_struck_by_two_presses() -> None:
    browsing = Browsing()
    assert browsing.press("z", ANSWERED) == []
    assert "again" in browsing.note
    assert browsing.press("z", ANSWERED) == [m.RedactionRequested(by="view")]
    browsing.press("z", ANSWERED)
    browsing.press("d", ANSWERED)
    assert browsing.press("z", ANSWERED) == [], "another key came between"


def test_a_paused_session_is_continued() -> None:
    paused = fold(*story.opening(), *(m.CapturePaused(source=each, sample=0) for each in ("call", "mic")))
    assert Browsing().press("p", paused) == [m.PauseRequested(paused=False, by="view")]


def test_every_key_of_the_window_that_has_a_meaning_here_does_the_same() -> None:
    same = {
        "answer",
        "cancel",
        "again",
        "shorter",
        "longer",
        "copy",
        "more",
        "practice_next",
        "pause",
        "mute",
        "mark",
        "strike",
        "sent",
    }
    same |= {"details", "latency", "end", "earlier", "later", "page_up", "page_down"}
    shown = {key for key, _ in help_keys(Browsing(), ANSWERED, everything=True)}
    names = {"Up": "↑↓", "Down": "↑↓", "Space": "", "PgUp": "", "PgDown": "", "I": "?"}
    for action in same:
        key = ACTIONS[action].window_key.split()[0]
        found = names.get(key, key if key == "Esc" else key.lower())
        assert not found or found in shown, action


def test_arrows_step_through_the_questions() -> None:
    captions = fold(*story.opening(), *story.asked(1), *story.asked(2), *story.asked(3))
    browsing = Browsing()
    seen = []
    for key in ("up", "up", "up", "down", "down", "down"):
        browsing.press(key, captions)
        exchange = browsing.exchange(captions)
        assert exchange is not None
        seen.append(exchange.question)
    assert seen == [2, 1, 1, 2, 3, 3]
    assert browsing.question is None, "the newest is followed again"


def test_copy_takes_the_answer_that_is_shown() -> None:
    browsing = Browsing()
    browsing.press("c", ANSWERED)
    assert (browsing.copied, browsing.note) == (story.ANSWER, strings.COPIED)
    browsing = Browsing()
    browsing.press("c", fold(*story.opening()))
    assert (browsing.copied, browsing.note) == ("", strings.NOTHING_TO_COPY)


def test_help_offers_only_what_does_something() -> None:
    assert [key for key, _ in help_keys(Browsing(), fold(*story.opening()))] == [*"aq?pubzsl"]
    assert "Esc" in dict(help_keys(Browsing(), fold(*story.opening(), *story.asked())))
    assert {"-", "+", "r", "c", "d"} <= dict(help_keys(Browsing(), ANSWERED)).keys()
    assert "a" not in dict(help_keys(Browsing(), fold(*story.opening("off"))))


@pytest.mark.parametrize(
    ("text", "waited", "keys", "rest"),
    [
        ("ax", False, ["a", "x"], ""),
        ("\x1b[A\x1b[B\x1bOA", False, ["up", "down", "up"], ""),
        ("\x1b[5~\x1b[6~", False, ["page up", "page down"], ""),
        ("a\x1b", False, ["a"], "\x1b"),
        ("\x1b", True, ["escape"], ""),
        ("\x1b[", False, [], "\x1b["),
        ("\x1b[1;5A", False, [], ""),
        ("\x1bx", False, ["escape", "x"], ""),
        ("é", False, ["é"], ""),
    ],
)
def test_keys_are_named(text: str, waited: bool, keys: list[str], rest: str) -> None:
    assert key_names(text, waited=waited) == (keys, rest)
