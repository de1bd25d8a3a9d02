"""Flow of a practice, driven by simulated events and a simulated clock."""

from __future__ import annotations

import msgspec
import pytest

from bus import messages as m
from session.practice.flow import ALL_ANSWERS, PracticeFlow
from session.settings.practice import PracticeSettings
from tests.support.events import SECOND, discarded, final, revised, started

QUESTIONS = ["What is a queue?", "And a stack?"]


class FlowUnderTest:
    """A flow with its log, and a clock that starts with the microphone."""

    def __init__(self, **changes: object) -> None:
        self.settings = PracticeSettings(questions=QUESTIONS, **changes)  # type: ignore[arg-type]
        self.flow = PracticeFlow(self.settings)
        self.log: list[m.Event] = []
        self.apply(started("mic", 0))

    def apply(self, *events: m.Event) -> None:
        for event in events:
            self.log.append(event)
            self.flow.apply(m.Logged(0, 0, event))

    def at(self, now_s: float, *, voice_speaks: bool = False) -> list[m.Event]:
        events = list(self.flow.advance(round(now_s * 1e9), voice_is_speaking=voice_speaks))
        self.log += events
        return events

    def over(self, now_s: float) -> m.PracticeAnswerMeasured:
        """The answer is over by then; return its measures, and have it looked at."""
        (measured,) = self.at(now_s)
        assert isinstance(measured, m.PracticeAnswerMeasured)
        if measured.text:
            wanted = m.FeedbackRequested(number=measured.number, asked=measured.asked, answered=measured.text)
            assert self.at(now_s) == [wanted]
        return measured

    def begun(self) -> FlowUnderTest:
        """Ask the first question at 10 s, and give the turn."""
        self.apply(m.ReplayStarted(start_ns=0))
        assert self.at(10.0) == [m.PracticeQuestionAsked(number=1, of=2, text=QUESTIONS[0])]
        assert [type(event) for event in self.at(10.0)] == [m.TurnStarted]
        return self

    def answered(self) -> FlowUnderTest:
        """Answer the first question from 11 to 15 s."""
        self.begun().apply(*says(1, "A queue is a line.", 11.0, 15.0))
        self.over(19.5)
        return self


def begins(utterance: int, at_s: float) -> m.SpeechStarted:
    start = round((at_s - 0.3) * SECOND)
    return m.SpeechStarted(
        source="mic", utterance=utterance, start_sample=start, detected_sample=round((at_s + 0.1) * SECOND)
    )


def says(utterance: int, text: str, start_s: float, end_s: float) -> list[m.Event]:
    return [begins(utterance, start_s), final(utterance, text, "mic", start_s - 0.3, end_s)]


def kinds(events: list[m.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def feedback(number: int, question: int, text: str = "Good.") -> list[m.Event]:
    return [
        m.QuestionDetected(
            question=question,
            source="practice",
            utterance=number,
            text="Feedback",
            confidence=1.0,
            kind="feedback",
        ),
        m.AnswerFinished(question=question, text=text, model="some", stop_reason="stop"),
    ]


def test_no_question_before_everything_is_ready() -> None:
    practice = FlowUnderTest()
    assert practice.at(1.0) == []
    practice.apply(m.ReplayStarted(start_ns=0))
    assert kinds(practice.at(1.1)) == ["PracticeQuestionAsked"]


def test_the_turn_is_given_when_the_voice_is_done() -> None:
    practice = FlowUnderTest(speak=True)
    practice.apply(m.ReplayStarted(start_ns=0))
    practice.at(10.0)
    assert practice.at(11.0, voice_speaks=True) == []
    (turn,) = practice.at(12.0)
    assert isinstance(turn, m.TurnStarted)
    assert turn.from_sample > 12 * SECOND


def test_a_key_cuts_the_voice_off() -> None:
    practice = FlowUnderTest(speak=True)
    practice.apply(m.ReplayStarted(start_ns=0))
    practice.at(10.0)
    assert not practice.flow.is_skipped
    practice.apply(m.AnswerRequested(by="view"))
    assert practice.flow.is_skipped
    assert kinds(practice.at(10.2)) == ["TurnStarted"]
    assert practice.at(30.0) == [], "the same press does not end the answer"


def test_a_long_quiet_ends_an_answer() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(*says(1, "A queue is a line.", 11.0, 15.0))
    assert practice.at(18.9) == []
    measured = practice.over(19.1)
    assert (measured.text, measured.measures.words) == ("A queue is a line.", 5)
    assert measured.measures.first_word_s == 1.0
    assert practice.log[-1] == m.FeedbackRequested(
        number=1, asked=QUESTIONS[0], answered="A queue is a line."
    )


def test_unfinished_words_are_given_more_time() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(*says(1, "A queue is a line, and", 11.0, 15.0))
    assert practice.at(21.0) == []
    practice.over(22.1)


def test_answer_in_progress_is_not_cut_off() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(*says(1, "A queue is a line.", 11.0, 15.0), begins(2, 18.0))
    assert practice.at(80.0) == []
    practice.apply(final(2, "Of people.", "mic", 17.7, 79.0))
    assert practice.at(82.0) == []
    measured = practice.over(83.1)
    assert measured.text == "A queue is a line. Of people."


def test_a_continued_turn_is_measured_as_one_with_its_pause() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(*says(1, "A queue is a line.", 11.0, 13.0), begins(2, 14.0))
    whole = "A queue is a line of people who wait."
    practice.apply(final(2, whole, "mic", 10.7, 16.0, replaces=[1]), final(1, "A queue is a line.", "mic"))
    measured = practice.over(20.1)
    assert measured.text == whole
    measures = measured.measures
    assert (measures.words, measures.first_word_s, measures.answer_s) == (9, 1.0, 5.0)
    assert (measures.speaking_s, measures.pauses, measures.longest_pause_s) == (4.0, 1, 1.0)
    assert measures.words_per_minute == 135  # 9 / 4.0 s


def test_an_answer_has_the_words_of_its_revision() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(*says(1, "A cue is a line.", 11.0, 15.0), revised(1, "A queue is a line."))
    assert practice.over(19.1).text == "A queue is a line."


def test_speech_before_the_turn_is_cut_off_a_continued_turn() -> None:
    practice = FlowUnderTest(speak=True)
    practice.apply(m.ReplayStarted(start_ns=0))
    practice.at(10.0)
    practice.apply(*says(1, QUESTIONS[0], 11.0, 13.0))
    practice.at(13.2)
    practice.apply(begins(2, 14.0))
    practice.apply(final(2, f"{QUESTIONS[0]} It is a line.", "mic", 10.7, 18.0, replaces=[1]))
    measured = practice.over(22.1)
    assert measured.text == "It is a line."
    assert (measured.measures.answer_s, measured.measures.first_word_s) == (4.0, 0.65)


def test_key_ends_an_answer_when_its_transcript_is_final() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(begins(1, 11.0), m.AnswerRequested(by="overlay"))
    assert practice.at(14.0) == []
    practice.apply(final(1, "A line.", "mic", 10.7, 14.0))
    practice.over(14.5)


def test_missing_final_does_not_block() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(begins(1, 11.0), m.AnswerRequested(by="overlay"))
    assert practice.at(14.0) == []
    assert kinds(practice.at(19.1)) == ["PracticeAnswerMeasured"], "no words, so no feedback"


def test_unanswered_question_times_out() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(begins(1, 11.0), discarded(1))
    assert practice.at(69.0) == []
    (measured,) = practice.at(70.1)
    assert isinstance(measured, m.PracticeAnswerMeasured)
    assert measured.remarks == ["No words were transcribed."]


def test_echo_of_the_voice_is_no_answer() -> None:
    practice = FlowUnderTest(speak=True)
    practice.apply(m.ReplayStarted(start_ns=0))
    practice.at(10.0)
    practice.apply(*says(1, "What is a queue?", 10.2, 12.0))
    practice.at(12.1)
    practice.apply(*says(2, "A line.", 13.0, 14.0))
    measured = practice.over(18.1)
    assert measured.text == "A line."


def test_question_is_removed_from_an_immediate_answer() -> None:
    practice = FlowUnderTest(speak=True)
    practice.apply(m.ReplayStarted(start_ns=0))
    practice.at(10.0)
    practice.apply(begins(1, 10.2))
    practice.at(12.0)
    practice.apply(final(1, "What is a queue? It is a line of people.", "mic", 9.9, 15.0))
    measured = practice.over(19.1)
    assert measured.text == "It is a line of people."
    assert measured.measures.speaking_s < 3.1, "the voice's own time is not the user's"


def test_other_sources_are_no_answer() -> None:
    practice = FlowUnderTest().begun()
    practice.apply(final(1, "Dinner is ready.", "call", 11.0, 12.0))
    assert practice.at(20.0) == []


def test_next_question_waits_for_feedback_and_reading_time() -> None:
    practice = FlowUnderTest(between_s=4.0).answered()
    assert practice.at(100.0) == []
    practice.apply(*feedback(1, 1, text="Good. " * 40))
    assert practice.at(101.0) == []
    assert practice.at(114.0) == []
    assert practice.at(140.0) == [m.PracticeQuestionAsked(number=2, of=2, text=QUESTIONS[1])]


def test_a_key_goes_on_without_waiting() -> None:
    practice = FlowUnderTest().answered()
    practice.apply(m.AnswerRequested(by="view"))
    assert kinds(practice.at(20.0)) == ["PracticeQuestionAsked"]


def test_stopped_or_missing_feedback_does_not_block() -> None:
    practice = FlowUnderTest(between_s=0).answered()
    asked, _ = feedback(1, 1)
    practice.apply(asked, m.AnswerStopped(question=1, cause="no provider", kept=""))
    assert kinds(practice.at(20.0)) == ["PracticeQuestionAsked"]
    practice = FlowUnderTest(between_s=0).answered()
    practice.apply(m.StageGivenUp(stage="llm", cause="died", fix=""))
    assert kinds(practice.at(20.0)) == ["PracticeQuestionAsked"]


def test_practice_ends_with_overall_remarks_and_caveats() -> None:
    practice = FlowUnderTest(between_s=0).answered()
    practice.apply(*feedback(1, 1))
    practice.at(20.0)
    practice.at(20.0)
    practice.apply(*says(2, "The other way round.", 22.0, 24.0))
    practice.over(28.1)
    assert practice.at(28.2) == []
    practice.apply(*feedback(2, 2))
    (wanted,) = practice.at(29.0)
    assert isinstance(wanted, m.FeedbackRequested)
    assert wanted.number == ALL_ANSWERS
    for text in (*QUESTIONS, "A queue is a line.", "The other way round."):
        assert text in wanted.answered
    assert practice.at(30.0) == []
    practice.apply(*feedback(ALL_ANSWERS, 3))
    (ended,) = practice.at(31.0)
    assert isinstance(ended, m.PracticeEnded)
    assert (ended.answers, ended.of, ended.measures.words) == (2, 2, 9)
    assert "accents" in " ".join(ended.caveats)
    assert "language model" in " ".join(ended.caveats)
    assert practice.at(99.0) == []
    assert list(practice.flow.end()) == []


def test_key_ends_a_practice_before_the_last_feedback() -> None:
    practice = FlowUnderTest(between_s=0).answered()
    practice.apply(*feedback(1, 1))
    practice.at(20.0)
    practice.at(20.0)
    practice.apply(*says(2, "The other way round.", 22.0, 24.0))
    practice.over(28.1)
    practice.apply(*feedback(2, 2))
    assert kinds(practice.at(29.0)) == ["FeedbackRequested"]
    practice.apply(m.AnswerRequested(by="view"))
    assert kinds(practice.at(29.1)) == ["PracticeEnded"]


def test_no_overall_feedback_without_single_feedback() -> None:
    practice = FlowUnderTest(between_s=0).answered()
    practice.apply(feedback(1, 1)[0], m.AnswerStopped(question=1, cause="no provider", kept=""))
    practice.at(20.0)
    practice.at(20.0)
    practice.apply(*says(2, "The other way round.", 22.0, 24.0))
    practice.over(28.1)
    practice.apply(feedback(2, 2)[0], m.AnswerStopped(question=2, cause="no provider", kept=""))
    assert kinds(practice.at(29.0)) == ["PracticeEnded"]


def test_stopping_early_yields_a_summary() -> None:
    practice = FlowUnderTest().answered()
    (ended,) = practice.flow.end()
    assert isinstance(ended, m.PracticeEnded)
    assert (ended.answers, ended.of) == (1, 2)
    assert "language model" not in " ".join(ended.caveats), "there was no feedback"
    assert list(FlowUnderTest().flow.end()) == []


def test_a_recording_that_is_over_ends_the_practice() -> None:
    practice = FlowUnderTest(between_s=0).answered()
    practice.apply(*feedback(1, 1), m.CaptureEnded(source="mic", stop_sample=99, cause="end of file"))
    assert kinds(practice.at(20.0)) == ["PracticeEnded"]


STEPS: list[tuple[float, list[m.Event]]] = [
    (10.0, [m.ReplayStarted(start_ns=0)]),
    (10.0, []),
    (13.0, [begins(1, 11.0)]),
    (15.5, [final(1, "A queue is a line.", "mic", 10.7, 15.0)]),
    (19.5, []),
    (19.5, []),
    (19.6, feedback(1, 1)[:1]),
    (20.0, feedback(1, 1)[1:]),
    (20.0, []),
    (23.0, says(2, "The other way round.", 21.0, 22.5)),
    (23.1, [m.AnswerRequested(by="view")]),
    (23.1, []),
    (24.0, feedback(2, 2)),
    (25.0, feedback(ALL_ANSWERS, 3)),
]


@pytest.mark.parametrize("restarted_after", range(len(STEPS)))
def test_a_stage_that_starts_again_goes_on_where_it_was(restarted_after: int) -> None:
    unbroken, broken = FlowUnderTest(between_s=0), FlowUnderTest(between_s=0)
    for number, (now_s, events) in enumerate(STEPS):
        unbroken.apply(*events)
        unbroken.at(now_s)
        broken.apply(*events)
        broken.at(now_s)
        if number == restarted_after:
            broken.flow = PracticeFlow(broken.settings)
            for event in broken.log:
                broken.flow.apply(m.Logged(0, 0, event))
    assert kinds(unbroken.log)[-1] == "PracticeEnded"
    assert broken.log == unbroken.log


def test_feedback_that_is_asked_for_again_is_waited_for() -> None:
    practice = FlowUnderTest(between_s=1.0).answered()
    first, _ = feedback(1, question=1)
    again, finished = feedback(1, question=2, text="Better.")
    again = msgspec.structs.replace(again, kind="shorter")
    stopped = m.AnswerStopped(question=1, cause="a newer question", kept="Go")
    practice.apply(first, again, stopped)
    assert practice.at(60.0) == [], "the next question waits for the new feedback"
    practice.apply(finished)
    assert practice.at(60.0) == []
    assert kinds(practice.at(100.0)) == ["PracticeQuestionAsked"]
