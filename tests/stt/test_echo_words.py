"""Tests that words which the microphone picked up from the loudspeakers are left out."""

from __future__ import annotations

import pytest

from bus import messages as m
from stt.echo_words import EchoWords
from tests.support.events import final, started

ECHO = m.EchoDetected(source="mic", of_source="call", delay_ms=120.0)
ASKED = "How would you design a rate limiter for this?"


def said(text: str, source: str, start_s: float, stop_s: float) -> m.FinalTranscribed:
    return final(1, text, source, start_s, stop_s)


def marks(*events: m.Event) -> list[m.Event]:
    """Apply all but the last event, and return what becomes of that one."""
    words = EchoWords()
    for event in (started("call"), started("mic"), *events[:-1]):
        words.apply(m.Logged(1, 1, event))
    return [*words.mark(events[-1])]


def test_an_echo_is_left_out_whole_and_named() -> None:
    suppressed, discarded = marks(said(ASKED, "call", 2.0, 5.0), ECHO, said(ASKED, "mic", 2.1, 5.1))
    assert suppressed == m.EchoSuppressed(source="mic", utterance=1, text=ASKED, of_source="call")
    assert isinstance(discarded, m.UtteranceDiscarded)
    assert discarded.cause == "echo"


def test_the_users_words_after_an_echo_are_kept() -> None:
    suppressed, kept = marks(
        said(ASKED, "call", 2.0, 5.0),
        ECHO,
        said("design a rate limiter for this? I would take a token bucket.", "mic", 3.0, 8.0),
    )
    assert isinstance(suppressed, m.EchoSuppressed)
    assert isinstance(kept, m.FinalTranscribed)
    assert kept.text == "I would take a token bucket."


def test_an_answer_that_repeats_the_question_later_is_kept() -> None:
    asked = said("Can you explain the difference between a process and a thread?", "call", 39.3, 42.5)
    answered = said(
        "Yes, a process has its own address space, so it is isolated from other processes. "
        "Threads live inside a process and share its memory.",
        "mic",
        39.5,
        51.0,
    )
    assert marks(asked, ECHO, answered) == [answered]


@pytest.mark.parametrize(
    "events",
    [
        (said(ASKED, "call", 2.0, 5.0), said(ASKED, "mic", 2.1, 5.1)),
        (said(ASKED, "call", 2.0, 5.0), ECHO, said(ASKED, "mic", 30.0, 33.0)),
        (ECHO, said(ASKED, "mic", 2.1, 5.1)),
        (ECHO, m.EchoEnded(source="mic"), said(ASKED, "call", 2.0, 5.0), said(ASKED, "mic", 2.1, 5.1)),
        (said(ASKED, "call", 2.0, 5.0), ECHO, said("A rate limiter? Sure, gladly.", "mic", 6.0, 8.0)),
        (said(ASKED, "mic", 2.0, 5.0), ECHO, said(ASKED, "call", 2.1, 5.1)),
    ],
)
def test_what_is_no_echo_stays(events: tuple[m.Event, ...]) -> None:
    assert marks(*events) == [events[-1]]
