"""Decides the flow of a practice: next question, end of an answer, feedback.

Pure: computed from the event log, which includes its own events, and a given time. A restarted stage applies
the log and continues. It does not know how questions are spoken.
"""

from __future__ import annotations

from collections.abc import Iterator

from bus.audio import SAMPLE_RATE
from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    Event,
    FeedbackRequested,
    Logged,
    PracticeAnswerMeasured,
    PracticeEnded,
    PracticeQuestionAsked,
    QuestionDetected,
    ReplayStarted,
    StageGivenUp,
    StageStarted,
    TurnStarted,
)
from session.practice.echo import without_question
from session.practice.measures import answer_text, combine, measure
from session.practice.remarks import CAVEATS, FEEDBACK_CAVEAT, overall, remarks
from session.practice.utterances import SourceUtterances, Utterance
from session.settings.practice import PracticeSettings
from stt.utterances.endpointing import decide

_ECHO_SAMPLES = round(0.15 * SAMPLE_RATE)
"""The voice's echo reaches the microphone this much later."""

_FINAL_TIMEOUT_NS = 5_000_000_000
"""How long to wait for the final transcript after the user has ended an answer."""

_READ_WORDS_A_SECOND = 4
_MAX_READING_S = 30.0

ALL_ANSWERS = 0
"""The number of the feedback on all answers together."""

ALL_ANSWERS_PROMPT = (
    "Several questions were asked, one after the other. Look at the answers together: what recurs in them, "
    "and what to work on first?"
)


class PracticeFlow:
    """State of a practice.

    Args:
        settings: The questions, and the timeouts of answers.
    """

    def __init__(self, settings: PracticeSettings) -> None:
        self._settings = settings
        self._english = settings.language in ("", "en", "auto")
        self._utterances = SourceUtterances(settings.source)
        self._all_ready = False
        self._question: PracticeQuestionAsked | None = None
        self._turn: TurnStarted | None = None
        self._turn_ns = 0
        """When the turn started; in a restarted stage, when it continued."""
        self._done_ns: int | None = None
        """When the user ended the answer."""
        self._measured: dict[int, PracticeAnswerMeasured] = {}
        self._requested: set[int] = set()
        """Numbers of the answers for which feedback was requested."""
        self._pending: dict[int, int] = {}
        """Numbers of the answers whose feedback is pending, by the number of the question to the model."""
        self._feedback: dict[int, str] = {}
        """Feedback by the number of the answer."""
        self._reading_ns: int | None = None
        """When reading time began: all feedback was there."""
        self._has_llm = True
        self._pressed = False
        self._ended = False

    def apply(self, logged: Logged) -> None:
        """Apply one event of the log."""
        self._utterances.apply(logged)
        self._apply(logged.event)

    def _apply(self, event: Event) -> None:
        match event:
            case ReplayStarted():
                self._all_ready = True
            case AnswerRequested():
                self._pressed = True
            case PracticeQuestionAsked() if self._question is None or event.number > self._question.number:
                self._question, self._turn, self._turn_ns, self._done_ns = event, None, 0, None
                self._reading_ns, self._pressed = None, False
            case TurnStarted(number=number) if self.asking is not None and number == self.asking.number:
                self._turn, self._pressed = event, False
            case PracticeAnswerMeasured(number=number) if number not in self._measured:
                self._measured[number], self._pressed = event, False
            case FeedbackRequested(number=number):
                self._requested.add(number)
            case QuestionDetected(source="practice", utterance=number, question=question):
                others = {each: of for each, of in self._pending.items() if of != number}
                self._pending = {**others, question: number}  # the newest feedback on an answer counts
                self._feedback.pop(number, None)
                self._reading_ns = None
            case AnswerFinished(question=question, text=text) | AnswerStopped(question=question, kept=text):
                if question in self._pending:
                    self._feedback[self._pending[question]] = text
            case StageGivenUp(stage="llm"):
                self._has_llm = False
            case StageStarted(stage="llm"):
                self._has_llm = True
            case PracticeEnded():
                self._ended = True
            case _:
                pass

    @property
    def asking(self) -> PracticeQuestionAsked | None:
        """The question whose turn has not started yet."""
        return self._question if self._turn is None else None

    @property
    def is_skipped(self) -> bool:
        """Whether the user wants to answer before the question is read to its end."""
        return self.asking is not None and self._pressed

    def advance(self, now_ns: int, *, voice_is_speaking: bool) -> Iterator[Event]:
        """Yield the events that are due at this monotonic time."""
        for event in self._due(now_ns, voice_is_speaking=voice_is_speaking):
            self._apply(event)
            yield event

    def end(self) -> Iterator[Event]:
        """Yield the summary when the user stops before the end."""
        if self._measured and not self._ended:
            yield self._summary()

    def _due(self, now_ns: int, *, voice_is_speaking: bool) -> Iterator[Event]:
        if not self._all_ready or self._ended:
            return
        if self._question is None:
            yield from self._ask_next()
        elif self._turn is None:
            from_sample = self._utterances.sample_at(now_ns)
            if not voice_is_speaking and from_sample is not None:
                self._turn_ns = now_ns
                echo = _ECHO_SAMPLES if self._settings.speak else 0
                yield TurnStarted(number=self._question.number, from_sample=from_sample + echo)
        elif self._question.number not in self._measured:
            if self._is_over(self._question, self._turn, now_ns):
                yield self._measure(self._question, self._turn)
        else:
            yield from self._follow_up(self._measured[self._question.number], now_ns)

    def _ask_next(self) -> Iterator[Event]:
        questions, number = self._settings.questions, self._question.number if self._question else 0
        if number < len(questions) and not self._utterances.over:
            yield PracticeQuestionAsked(number=number + 1, of=len(questions), text=questions[number])
        else:
            yield from self._finish()

    def _finish(self) -> Iterator[Event]:
        """Request feedback on all answers together, if there was feedback on each, and summarize."""
        answered = [each for each in self._measured.values() if each.text]
        is_requested = ALL_ANSWERS in self._requested
        if not is_requested and len(answered) > 1 and any(self._feedback.values()):
            yield FeedbackRequested(number=ALL_ANSWERS, asked=ALL_ANSWERS_PROMPT, answered=_joined(answered))
        elif not is_requested or ALL_ANSWERS in self._feedback or self._pressed or not self._has_llm:
            yield self._summary()

    def _is_over(self, question: PracticeQuestionAsked, turn: TurnStarted, now_ns: int) -> bool:
        """Return whether the answer has ended: by a key, a long silence, or the end of the source."""
        self._turn_ns = self._turn_ns or now_ns
        answer = self._answer(question, turn)
        is_pending = any(not utterance.ended for utterance in answer)
        if self._pressed and self._done_ns is None:
            self._done_ns = now_ns
        if self._done_ns is not None:
            return not is_pending or now_ns - self._done_ns > _FINAL_TIMEOUT_NS
        if is_pending:
            return False
        if self._utterances.over:
            return True
        if not answer:
            return now_ns - self._turn_ns > self._settings.no_answer_s * 1e9
        return self._quiet_s(answer, now_ns) > self._quiet_limit_s(answer)

    def _answer(self, question: PracticeQuestionAsked, turn: TurnStarted) -> list[Utterance]:
        """Return the utterances after the question, also one that began while the voice was speaking."""
        answer = self._utterances.since(turn.from_sample)
        for utterance in self._utterances.across(turn.from_sample) if self._settings.speak else ():
            utterance.text = without_question(utterance.text, question.text)
            if utterance.text or not utterance.ended:
                answer.insert(0, utterance)
        return answer

    def _quiet_s(self, answer: list[Utterance], now_ns: int) -> float:
        now_sample = self._utterances.sample_at(now_ns) or 0
        return (now_sample - max(utterance.quiet_sample or 0 for utterance in answer)) / SAMPLE_RATE

    def _quiet_limit_s(self, answer: list[Utterance]) -> float:
        unfinished = decide(answer[-1].text, "balanced").reason == "unfinished"
        return self._settings.unfinished_quiet_s if unfinished else self._settings.quiet_s

    def _measure(self, question: PracticeQuestionAsked, turn: TurnStarted) -> PracticeAnswerMeasured:
        answer = self._answer(question, turn)
        measures = measure(answer, turn.from_sample, english=self._english)
        return PracticeAnswerMeasured(
            number=question.number,
            asked=question.text,
            text=answer_text(answer),
            measures=measures,
            remarks=remarks(measures, self._settings, english=self._english),
        )

    def _follow_up(self, measured: PracticeAnswerMeasured, now_ns: int) -> Iterator[Event]:
        """Request feedback on the answer, and continue after it has come and there was time to read it."""
        if measured.text and measured.number not in self._requested:
            yield FeedbackRequested(number=measured.number, asked=measured.asked, answered=measured.text)
        elif self._may_continue(measured, now_ns):
            yield from self._ask_next()

    def _may_continue(self, measured: PracticeAnswerMeasured, now_ns: int) -> bool:
        number = measured.number
        if self._pressed:
            return True
        if measured.text and self._has_llm and number not in self._feedback:
            return False
        if number == len(self._settings.questions) or not self._settings.between_s:
            return True
        self._reading_ns = self._reading_ns or now_ns
        words = " ".join((*measured.remarks, self._feedback.get(number, ""))).split()
        reading_s = min(len(words) / _READ_WORDS_A_SECOND, _MAX_READING_S)
        return now_ns - self._reading_ns >= (self._settings.between_s + reading_s) * 1e9

    def _summary(self) -> PracticeEnded:
        measured = list(self._measured.values())
        answers, of = sum(bool(each.text) for each in measured), len(self._settings.questions)
        measures = combine(each.measures for each in measured)
        return PracticeEnded(
            answers=answers,
            of=of,
            measures=measures,
            remarks=overall(measures, answers, of, english=self._english),
            caveats=[*CAVEATS, *([FEEDBACK_CAVEAT] if any(self._feedback.values()) else [])],
        )


def _joined(answered: list[PracticeAnswerMeasured]) -> str:
    """Return the answers as one text, each after its question."""
    return "\n\n".join(f"Question: {each.asked}\nAnswer: {each.text}" for each in answered)
