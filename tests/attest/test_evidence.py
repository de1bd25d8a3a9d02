"""Evidence: words of a traced session that belong to no question."""

from __future__ import annotations

from bus import messages as m
from session.attest.checks.evidence import Evidence, event_in
from session.attest.tracing.tracer import Observation
from tests.support.events import final, log, revised


def evidence(*events: m.Event) -> Evidence:
    stdout = b"\n".join(logged.as_json() for logged in log(*events))
    seen = Observation(
        command=[],
        code=0,
        stdout=stdout,
        stderr=b"",
        provider="",
        request_heads=[],
        request_bodies=[],
        packets=[],
        stdout_pipe="",
        stderr_pipe="",
        public_names={},
        left_in_memory=[],
        environment={},
        places={},
    )
    return Evidence(seen=seen, processes=[], key="", sounds=[], files={})


def asked(utterance: int) -> m.QuestionDetected:
    span = m.QuestionSpan(utterance=utterance, start_character=0, stop_character=9)
    return m.QuestionDetected(
        question=utterance, source="mic", utterance=utterance, text="", confidence=1.0, kind="", spans=[span]
    )


CUT, WHOLE = "Tell me about a time.", "Tell me about a time when you failed."


def test_words_of_a_question_that_grew_are_no_canary() -> None:
    finals = final(1, CUT), final(2, WHOLE, replaces=[1])
    assert evidence(*finals, asked(2)).canary_sentences == []
    assert evidence(finals[0], asked(1), finals[1]).canary_sentences == []


def test_turns_without_a_question_are_canaries_once() -> None:
    other = final(3, "This is private.", start_s=9)
    found = evidence(final(1, CUT), final(2, WHOLE, replaces=[1]), other, revised(3, "It is private."))
    assert found.canary_sentences == [WHOLE, "It is private."]


def test_all_words_ever_transcribed_are_searched_for() -> None:
    found = evidence(final(1, "the first words were these"), revised(1, "those words came much later"))
    assert found.words.runs_in(b"the first words were ... words came much later")


def test_only_the_exact_line_of_an_event_is_one() -> None:
    (logged,) = log(final(1, CUT))
    line = logged.as_json()
    assert event_in(line) == logged
    for changed in (line + b" ", line.replace(b'"seq"', b'"said":"x","seq"'), b"{}", b"what was said", b""):
        assert event_in(changed) is None, changed
