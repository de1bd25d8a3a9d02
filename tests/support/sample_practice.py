"""Events of a practice, as its stages publish them."""

from __future__ import annotations

from bus import messages as m
from session.practice.measures import measure

QUESTIONS = ["What is a queue?", "And a stack?"]
REMARKS = ["36 words in 0:23.", "No fillers that <Whisper> wrote down."]
OVERALL = ["2 of 2 questions answered."]
CAVEATS = ["Pauses are ordinary speech."]
FEEDBACK = "**It meets the question.**"
NOTHING = measure([], 0, english=True)


def asked(number: int) -> m.PracticeQuestionAsked:
    return m.PracticeQuestionAsked(number=number, of=2, text=QUESTIONS[number - 1])


def turn(number: int) -> m.TurnStarted:
    return m.TurnStarted(number=number, from_sample=0)


def measured(number: int, remarks: list[str] = REMARKS) -> m.PracticeAnswerMeasured:
    return m.PracticeAnswerMeasured(
        number=number, asked=QUESTIONS[number - 1], text="A line.", measures=NOTHING, remarks=remarks
    )


def feedback(number: int) -> list[m.Event]:
    return [
        m.QuestionDetected(
            question=number,
            source="practice",
            utterance=number,
            text=f"Feedback on your answer to: {QUESTIONS[number - 1]}",
            confidence=1.0,
            kind="feedback",
        ),
        m.PassagesRetrieved(question=number, passages=[], search_ms=0.1),
        m.AnswerFinished(question=number, text=FEEDBACK, model="some-model", stop_reason="stop"),
    ]


def ended() -> m.PracticeEnded:
    return m.PracticeEnded(answers=2, of=2, measures=NOTHING, remarks=OVERALL, caveats=CAVEATS)


def whole() -> list[m.Event]:
    """All events from the first question to the end."""
    one = [asked(1), turn(1), measured(1), *feedback(1)]
    return [*one, asked(2), turn(2), measured(2, ["5 words."]), *feedback(2), ended()]
