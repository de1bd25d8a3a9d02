from __future__ import annotations

import time

import msgspec
import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.log.redaction import CAUSE, Redactions, planned, redacted_log, unclosed
from bus.log.session_log import SessionLog
from bus.run import Run
from overlay.state.captions import Captions
from overlay.texts import receipt
from session.run.progress import Progress
from session.transcript.record import Record
from stt.utterances.open_utterances import OpenUtterances
from tests.support.events import SECOND, final, started
from tests.support.waiting import wait_until

NS = 1_000_000_000
SECRET = "the door code is four seven one one"


def speech(utterance: int, start_s: float, source: str = "mic") -> m.SpeechStarted:
    start = round(start_s * SECOND)
    return m.SpeechStarted(
        source=source, utterance=utterance, start_sample=start, detected_sample=start + SECOND // 10
    )


def over(utterance: int, start_s: float, stop_s: float, source: str = "mic") -> m.SpeechEnded:
    start, stop = round(start_s * SECOND), round(stop_s * SECOND)
    return m.SpeechEnded(
        source=source,
        utterance=utterance,
        start_sample=start,
        quiet_sample=stop,
        stop_sample=stop,
        decided_sample=stop,
        cause="silence",
    )


def said(utterance: int, start_s: float, stop_s: float, text: str, source: str = "mic") -> list[m.Event]:
    partial = m.PartialTranscribed(
        source=source, utterance=utterance, text=text, stable_words=1, stop_sample=SECOND
    )
    whole = final(utterance, text, source, start_s, stop_s)
    return [speech(utterance, start_s, source), partial, over(utterance, start_s, stop_s, source), whole]


def asked(number: int, utterance: int, text: str) -> list[m.Event]:
    return [
        m.QuestionDetected(
            question=number, source="mic", utterance=utterance, text=text, confidence=1.0, kind="question"
        ),
        m.PassagesRetrieved(question=number, passages=[], search_ms=1.0),
        m.RequestSent(
            question=number,
            host="api.example.com:443",
            url="https://api.example.com/v1",
            model="large",
            body=f'{{"content":"{text}"}}',
            body_bytes=100,
            left_machine=True,
            sent_ns=95 * NS,
        ),
        m.AnswerFinished(question=number, text=f"About {text}", model="large", stop_reason="stop"),
    ]


def story() -> list[m.Logged]:
    """A minute and a half: two utterances before the last minute, one across its border, two in it."""
    events: list[tuple[int, m.Event]] = [(0, started("mic")), (0, started("call"))]
    events += [(11, each) for each in said(1, 5, 10, "Good morning to all of you.")]
    events += [(12, each) for each in asked(1, 1, "How are you?")]
    events += [(33, each) for each in said(2, 28, 32, f"Across the border {SECRET}.")]
    events += [(71, each) for each in said(3, 60, 70, f"Again {SECRET}?")]
    events += [(72, each) for each in asked(2, 3, f"Is it {SECRET}?")]
    events += [(81, each) for each in said(1, 78, 80, f"I heard {SECRET}.", "call")]
    events += [(88, speech(4, 87)), (89, over(4, 87, 89))]
    last = m.PartialTranscribed(
        source="call", utterance=2, text=f"Well, {SECRET}", stable_words=0, stop_sample=90 * SECOND
    )
    events += [(89, speech(2, 89, "call")), (90, last)]
    return [m.Logged(seq, at * NS, event) for seq, (at, event) in enumerate(events, 1)]


def redaction() -> m.LogRedacted:
    return planned(story(), 60.0, 91 * NS)


def test_an_utterance_that_was_not_over_before_is_removed_whole() -> None:
    struck = redaction()
    places = {(each.source, each.utterance) for each in struck.utterances}
    assert places == {("mic", 2), ("mic", 3), ("call", 1), ("mic", 4), ("call", 2)}
    assert (struck.turns, struck.questions) == (4, [2])
    audio = {each.source: (each.start_sample / SECOND, each.stop_sample / SECOND) for each in struck.audio}
    assert audio == {"mic": (28.0, 91.0), "call": (31.0, 91.0)}
    assert [(each.host, each.sent_ns, each.body_bytes) for each in struck.sent] == [
        ("api.example.com:443", 95 * NS, 100)
    ]


def test_no_word_stays_in_the_log() -> None:
    left = redacted_log(redaction(), story())
    body = msgspec.msgpack.encode(left)
    assert SECRET.encode() not in body
    assert b"Good morning to all of you." in body
    assert b"How are you?" in body
    numbers = [logged.seq for logged in left]
    assert numbers == sorted(numbers)
    ends = [each.event for each in left if isinstance(each.event, m.UtteranceDiscarded)]
    assert {(each.source, each.utterance, each.cause) for each in ends} == {
        ("mic", 2, CAUSE),
        ("mic", 3, CAUSE),
        ("call", 1, CAUSE),
    }
    (sent,) = [e.event for e in left if isinstance(e.event, m.RequestSent) and e.event.question == 2]
    assert (sent.body, sent.body_bytes, sent.host) == ("", 100, "api.example.com:443")


def test_a_summary_is_removed_whole() -> None:
    entry = m.SummaryEntry(text=SECRET, quote=SECRET, source="mic", utterance=2, start_sample=0)
    begun = m.SummaryStarted(
        question=7,
        template="meeting",
        host="x",
        model="large",
        leaves_machine=False,
        parts=1,
        lines=2,
        words=9,
    )
    made = m.SummaryFinished(
        question=7,
        template="meeting",
        host="x",
        model="large",
        topics=[entry],
        decisions=[],
        open_questions=[],
        actions=[],
        dropped=0,
    )
    log = [*story(), m.Logged(90, 90 * NS, begun), m.Logged(91, 90 * NS, made)]
    record = Record()
    for logged in [*log, m.Logged(92, 91 * NS, planned(log, 60.0, 91 * NS))]:
        record.apply(logged)
    assert SECRET.encode() not in msgspec.msgpack.encode(redacted_log(planned(log, 60.0, 91 * NS), log))
    assert record._summary is None


def test_an_utterance_that_waits_for_its_words_gets_its_outcome() -> None:
    (outcome,) = unclosed(story(), redaction())
    assert (outcome.source, outcome.utterance, outcome.cause) == ("mic", 4, CAUSE)


def test_what_was_said_at_fast_pace_counts_from_when_it_was_transcribed() -> None:
    fast = [m.Logged(each.seq, each.logged_ns // 10, each.event) for each in story()]
    places = {(each.source, each.utterance) for each in planned(fast, 3.0, round(9.1 * NS)).utterances}
    assert places == {("mic", 3), ("call", 1), ("mic", 4), ("call", 2)}


def test_typed_and_repeated_questions_count_from_when_they_were_asked() -> None:
    typed = m.QuestionDetected(
        question=3, source="typed", utterance=1, text=SECRET, confidence=1.0, kind="typed"
    )
    events = [(10, m.QuestionTyped(text="old", by="control")), (80, m.QuestionTyped(text=SECRET, by="x"))]
    log = [m.Logged(seq, at * NS, event) for seq, (at, event) in enumerate([*events, (80, typed)], 1)]
    struck = planned(log, 60.0, 91 * NS)
    assert struck.questions == [3]
    assert [logged.event for logged in redacted_log(struck, log)] == [events[0][1]]


def test_a_mark_goes_with_its_minute() -> None:
    marks = [(10, m.MomentMarked(text="prices", by="view")), (80, m.MomentMarked(text=SECRET, by="view"))]
    log = [m.Logged(seq, at * NS, mark) for seq, (at, mark) in enumerate(marks, 1)]
    struck = planned(log, 60.0, 91 * NS)
    assert redacted_log(struck, log) == log[:1]
    captions, record = Captions(), Record()
    for logged in [*log, m.Logged(3, 91 * NS, struck)]:
        captions.apply(logged)
        record.apply(logged)
    assert [mark.text for mark in captions.marks] == ["prices"]
    assert SECRET not in repr(vars(record))


def test_projections_forget_what_a_restarted_one_would_not_know() -> None:
    struck, log = redaction(), story()
    event = m.Logged(len(log) + 1, 91 * NS, struck)
    for make in (Captions, Record, OpenUtterances):
        live, late = make(), make()
        for logged in [*log, event]:
            live.apply(logged)  # type: ignore[attr-defined]
        for logged in [*redacted_log(struck, log), event]:
            late.apply(logged)  # type: ignore[attr-defined]
        assert SECRET not in repr(live)
        assert SECRET not in repr(vars(live))
        if isinstance(live, Captions) and isinstance(late, Captions):
            assert live.paragraphs == late.paragraphs
            assert [each.question for each in live.exchanges] == [each.question for each in late.exchanges]
            assert "Cannot be taken back: 100 bytes" in live.problems.current()[0].text


def test_a_recording_ends_although_its_struck_question_gets_no_answer() -> None:
    progress = Progress(["mic"], answers=False)
    for logged in [*story()[:-1], m.Logged(99, 0, redaction())]:
        progress.apply(logged)
    assert not progress._unanswered


class TestRedactions:
    def test_a_stage_with_old_words_is_not_listened_to_until_it_was_restarted(self) -> None:
        redactions, late = Redactions(), final(9, SECRET)
        assert redactions.admitted("stt", late) == late
        redactions.add(redaction(), [])
        assert redactions.admitted("stt", late) is None
        assert redactions.admitted("stt", m.Heartbeat(stage="stt", processed_seq=1)) is not None
        assert redactions.admitted("vad:mic", speech(9, 1)) is not None
        redactions.admitted("stt", m.StageReady(stage="stt"))
        assert redactions.admitted("stt", late) == late

    def test_what_was_removed_does_not_come_back(self) -> None:
        redactions = Redactions()
        redactions.add(redaction(), [("mic", 3)])
        redactions.admitted("stt", m.StageReady(stage="stt"))
        redactions.admitted("llm", m.StageReady(stage="llm"))
        assert redactions.admitted("session", final(3, SECRET)) is None
        assert redactions.admitted("stt", final(4, "new words")) is not None
        assert redactions.admitted("llm", m.AnswerStreamed(question=2, delta=SECRET, received_ns=1)) is None

    def test_a_request_that_left_meanwhile_stays_in_the_ledger(self) -> None:
        redactions, sent = Redactions(), asked(3, 9, SECRET)[2]
        redactions.add(redaction(), [])
        left = redactions.admitted("llm", sent)
        assert isinstance(left, m.RequestSent)
        assert (left.body, left.body_bytes) == ("", 100)


def test_the_hub_overwrites_its_log_and_tells_late_subscribers_nothing(hub_run: Run) -> None:
    kinds = frozenset(wiring.LOGGED)
    with HubClient("session", hub_run, kinds=kinds) as session, HubClient("vad:mic", hub_run) as vad:
        now = time.monotonic_ns()
        with HubClient("capture:mic", hub_run) as capture:
            capture.publish(started("mic", now - 5 * NS))
            wait_until(lambda: _kinds(session, m.CaptureStarted))
        vad.publish(speech(1, 1))
        with HubClient("stt", hub_run) as stt:
            stt.publish(final(1, SECRET, end_s=4.0))
            wait_until(lambda: _kinds(session, m.FinalTranscribed))
            with HubClient("view", hub_run, kinds=kinds) as view:
                view.publish(m.RedactionRequested(by="view"))
                found: list[m.Logged] = []
                wait_until(lambda: found.extend(_kinds(session, m.LogRedacted)) or found)
                stt.publish(final(1, SECRET, end_s=4.0))
                stt.publish(final(2, SECRET, end_s=4.5))
                stt.publish(m.StageReady(stage="stt"))
                wait_until(lambda: _kinds(session, m.StageReady))
        with HubClient("overlay", hub_run, kinds=kinds) as late:
            events: list[m.Logged] = []
            wait_until(lambda: events.extend(late.poll(0.05)) or late.caught_up)
    assert SECRET.encode() not in msgspec.msgpack.encode(events)
    assert [e.event.cause for e in events if isinstance(e.event, m.UtteranceDiscarded)] == [CAUSE]


def _kinds(client: HubClient, kind: type[m.Message]) -> list[m.Logged]:
    return [logged for logged in client.poll(0.05) if isinstance(logged.event, kind)]


@pytest.mark.parametrize("last_s", [0.0, -1.0, 1e9])
def test_only_sensible_times_are_accepted(last_s: float) -> None:
    with pytest.raises(Exception, match="last_s"):
        m.decode(m.encode(m.RedactionRequested(last_s=last_s, by="view")))


def test_a_recording_that_has_the_words_is_named() -> None:
    recorded = planned([*story(), m.Logged(99, 0, m.RecordingStarted())], 60.0, 91 * NS)
    assert "recording" in receipt.redacted(recorded)
    assert "recording" not in receipt.redacted(redaction())


def test_a_log_can_be_redacted_twice() -> None:
    log = SessionLog()
    for logged in story():
        log.store(logged)
    log.redact(redaction())
    once = log.all()
    log.redact(redaction())
    assert log.all() == once


def test_feedback_on_a_struck_practice_answer_leaves_with_its_request() -> None:
    feedback = m.QuestionDetected(
        question=7,
        source="practice",
        utterance=1,
        text="Feedback on your answer to: Why?",
        confidence=1.0,
        kind="feedback",
    )
    request = m.RequestSent(
        question=7,
        host="api.example.com:443",
        url="https://api.example.com/v1",
        model="large",
        body=f'{{"content":"{SECRET}"}}',
        body_bytes=100,
        left_machine=True,
        sent_ns=95 * NS,
    )
    events = [
        started("mic"),
        m.PracticeQuestionAsked(number=1, of=1, text="Why?"),
        m.TurnStarted(number=1, from_sample=90 * SECOND),
        *said(1, 91.0, 93.0, SECRET),
        m.FeedbackRequested(number=1, asked="Why?", answered=SECRET),
        feedback,
        request,
        m.AnswerFinished(question=7, text=f"You said {SECRET}", model="large", stop_reason="stop"),
    ]
    log = [m.Logged(at, 95 * NS, event) for at, event in enumerate(events, 1)]
    redaction = planned(log, 60.0, 100 * NS)
    assert (redaction.practice_answers, redaction.questions) == ([1], [7])
    kept = [logged.event for logged in redacted_log(redaction, log)]
    assert SECRET not in msgspec.json.encode(kept).decode()
    assert not any(isinstance(each, m.FeedbackRequested) for each in kept), "a restart asks for none again"
    assert any(isinstance(each, m.PracticeQuestionAsked) for each in kept), "the question itself stays"
