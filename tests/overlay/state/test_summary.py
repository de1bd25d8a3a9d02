"""State of a summary: what waits for approval, what came of it."""

from __future__ import annotations

from bus import messages as m
from overlay.state.summary import Summary

STARTED = m.SummaryStarted(
    question=4,
    template="meeting",
    host="api.example.com:443",
    model="big",
    leaves_machine=True,
    parts=1,
    lines=2,
    words=1200,
)
HELD = m.RequestHeld(
    question=4,
    host="api.example.com:443",
    model="big",
    body='{"whole":"transcript"}',
    body_bytes=5300,
    left_machine=True,
)
ENTRY = m.SummaryEntry(
    text="Send the <b>figures</b>",
    quote="send you the figures",
    source="mic",
    utterance=1,
    start_sample=65 * 16_000,
    who="Ada",
    when="by Friday",
)
FINISHED = m.SummaryFinished(
    question=4,
    template="meeting",
    host="api.example.com:443",
    model="big",
    topics=[],
    decisions=[],
    open_questions=[],
    actions=[ENTRY],
    dropped=1,
)
REDACTED = m.LogRedacted(
    last_s=60.0, since_ns=0, turns=1, utterances=[], questions=[], practice_answers=[], audio=[], sent=[]
)


def summary_of(*events: m.Event) -> Summary:
    summary = Summary()
    for event in events:
        summary.apply(event)
    return summary


def test_a_request_of_the_summary_is_held_and_one_of_a_question_is_not() -> None:
    assert summary_of(STARTED, HELD).held == HELD
    assert summary_of(HELD, STARTED).held is None


def test_the_refusal_of_a_second_request_ends_nothing() -> None:
    again = m.SummaryStopped(question=0, cause="a summary is already being made")
    summary = summary_of(STARTED, HELD, again)
    assert (summary.held, summary.stopped) == (HELD, None)
    summary.apply(FINISHED)
    summary.apply(again)
    assert summary.stopped == again


def test_a_refusal_without_a_summary_is_its_end() -> None:
    small = m.SummaryStopped(question=0, cause="the small model is too small", fix="choose another")
    assert summary_of(small).stopped == small


def test_a_strike_removes_it() -> None:
    assert summary_of(STARTED, HELD, FINISHED, REDACTED) == Summary()
