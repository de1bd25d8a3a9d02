"""Tests that words which the microphone picked up from the loudspeakers are left out."""

from __future__ import annotations

import pytest

from bus import messages as m
from bus.audio import SAMPLE_RATE
from stt.echo.words import EchoWords
from tests.support.events import final, started

ECHO = m.EchoDetected(source="mic", of_source="call", delay_ms=120.0)
REDACTED = m.LogRedacted(
    last_s=60.0,
    since_ns=0,
    turns=1,
    utterances=[m.RedactedUtterance(source="mic", utterance=1)],
    questions=[],
    practice_answers=[],
    audio=[],
    sent=[],
)
SPEAKS = m.SpeechStarted(
    source="call", utterance=1, start_sample=2 * SAMPLE_RATE, detected_sample=2 * SAMPLE_RATE
)
ASKED = "How would you design a rate limiter for this?"


def said(text: str, source: str, start_s: float, stop_s: float) -> m.FinalTranscribed:
    return final(1, text, source, start_s, stop_s)


def marks(*events: m.Event) -> list[m.Event]:
    """Apply all but the last event, and return what becomes of that one."""
    words = EchoWords()
    for event in (started("call"), started("mic"), *events[:-1]):
        words.apply(m.Logged(1, 1, event))
    return [*words.mark(events[-1], 0.0)]


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


def test_a_final_waits_for_the_words_that_the_other_party_said_meanwhile() -> None:
    words, echo = EchoWords(), said(ASKED, "mic", 2.1, 5.1)
    for event in (started("call"), started("mic"), ECHO, SPEAKS):
        words.apply(m.Logged(1, 1, event))
    assert [*words.mark(echo, 10.0)] == []
    assert [*words.released(11.0)] == []
    words.apply(m.Logged(1, 1, said(ASKED, "call", 2.0, 5.0)))
    suppressed, discarded = words.released(11.0)
    assert isinstance(suppressed, m.EchoSuppressed)
    assert isinstance(discarded, m.UtteranceDiscarded)
    assert [*words.released(20.0)] == []


def test_a_final_does_not_wait_for_long() -> None:
    words, answer = EchoWords(), said("I would.", "mic", 2.1, 5.1)
    for event in (started("call"), started("mic"), ECHO, SPEAKS):
        words.apply(m.Logged(1, 1, event))
    assert [*words.mark(answer, 10.0)] == []
    assert [*words.released(11.6)] == [answer]
    assert [*words.mark(answer, 20.0)] == []
    later = said("And then.", "mic", 8.0, 9.0)
    assert [*words.mark(later, 20.1)] == [answer], "what comes next does not overtake it"


def test_a_waiting_final_is_dropped_with_what_is_removed_from_the_log() -> None:
    words = EchoWords()
    for event in (started("call"), started("mic"), ECHO, SPEAKS):
        words.apply(m.Logged(1, 1, event))
    assert [*words.mark(said(ASKED, "mic", 2.1, 5.1), 10.0)] == []
    words.apply(m.Logged(1, 1, REDACTED))
    assert [*words.released(20.0)] == []


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
