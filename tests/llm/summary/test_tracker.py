"""Tests of what a request for a summary does, and a restart."""

from __future__ import annotations

from bus import messages as m
from llm.commands import StartSummary
from llm.summary.tracker import NO_PROVIDER, NOTHING_SAID, UNDER_WAY, SummaryTracker
from tests.support.llm_events import final

REQUEST = m.SummaryRequested(template="lecture", by="control")
STARTED = m.SummaryStarted(
    question=3,
    template="lecture",
    host="127.0.0.1:1",
    model="a",
    leaves_machine=False,
    parts=1,
    lines=1,
    words=2,
)
STOPPED = m.SummaryStopped(question=3, cause="cancelled")


def tracker_of(*events: m.Event) -> SummaryTracker:
    tracker = SummaryTracker()
    for event in events:
        tracker.apply(event)
    return tracker


def refusal(tracker: SummaryTracker, *, can_ask: bool = True) -> str:
    (step,) = tracker.start(REQUEST, 4, can_ask=can_ask)
    return step.cause if isinstance(step, m.SummaryStopped) else ""


def test_a_request_starts_a_summary_of_what_was_said_so_far() -> None:
    said = final("Hello there.", "call", 1, 0.0)
    (step,) = tracker_of(said).start(REQUEST, 3, can_ask=True)
    assert isinstance(step, StartSummary)
    assert (step.question, step.template) == (3, "lecture")
    assert [line.text for line in step.lines] == ["Hello there."]


def test_what_cannot_be_summarized_is_refused_with_its_reason() -> None:
    said = final("Hello there.", "call", 1, 0.0)
    assert refusal(tracker_of()) == NOTHING_SAID
    assert refusal(tracker_of(said), can_ask=False) == NO_PROVIDER
    under_way = tracker_of(said, STARTED)
    assert refusal(under_way) == UNDER_WAY
    under_way.apply(m.SummaryStopped(question=0, cause=UNDER_WAY))
    assert refusal(under_way) == UNDER_WAY, "the refusal of another request ends nothing"
    under_way.apply(STOPPED)
    assert refusal(under_way) == ""


def test_a_summary_ends_with_the_process_that_makes_it() -> None:
    for history in ((REQUEST,), (REQUEST, STARTED)):
        (step,) = tracker_of(*history).go_live("restarted")
        assert isinstance(step, m.SummaryStopped)
        assert step.cause == "restarted"
    assert not [*tracker_of(REQUEST, STARTED, STOPPED).go_live("restarted")]
    assert not [*tracker_of().go_live("restarted")]
