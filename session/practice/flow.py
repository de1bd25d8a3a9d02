"""The course of a practice: what is asked next, when an answer is over, when it is time to go on.

Pure: a fold over the session's log, its own events among it, and a clock that it is told. It does not know
how questions are spoken. A stage that starts again folds the log and goes on where it was.
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
    PracticeAnswerMeasured,
    PracticeEnded,
    PracticeQuestionAsked,
    QuestionDetected,
    ReplayStarted,
    StageGivenUp,
    TurnStarted,
)
from session.practice.echo import without_question
from session.practice.measures import answer_text, combine, measure
from session.practice.remarks import CAVEATS, FEEDBACK_CAVEAT, overall, remarks
from session.practice.utterances import SourceUtterances, Utterance
from session.settings.practice import PracticeSettings
from stt.endpointing import decide

_ECHO_SAMPLES = round(0.15 * SAMPLE_RATE)
"""What is played comes back a moment later."""

_LAST_WORDS_NS = 5_000_000_000
"""How long the words of an answer that the user ended may take to become final."""

_READ_WORDS_A_SECOND = 4
_READ_AT_MOST_S = 30.0


WHOLE = 0
"""The number of the feedback on all answers together."""

WHOLE_ASKED = (
    "Several questions were asked, one after the other. Look at the answers together: what recurs in them, "
    "and what to work on first?"
)


class PracticeFlow:
    """Where a practice stands.

    Args:
        settings: What is asked, and when an answer is over.
    """

    def __init__(self, settings: PracticeSettings) -> None:
        self._settings = settings
        self._english = settings.language in ("", "en", "auto")
        self._heard = SourceUtterances(settings.source)
        self._all_ready = False
        self._asked: PracticeQuestionAsked | None = None
        self._step: TurnStarted | None = None
        self._turn_ns = 0
        """When it was given; in a stage that starts again, when that was learnt."""
        self._done_ns: int | None = None
        """When the user said that the answer is over."""
        self._measured: dict[int, PracticeAnswerMeasured] = {}
        self._wanted: set[int] = set()
        """Numbers of the answers that somebody was asked to look at."""
        self._feedback: dict[int, int] = {}
        """Numbers of the answers that are being looked at, by the number of the question to the model."""
        self._looked_at: dict[int, str] = {}
        """What came of it."""
        self._free_ns: int | None = None
        """When there was nothing left to wait for but the reader."""
        self._looker = True
        self._pressed = False
        self._ended = False

    def apply(self, event: Event) -> None:
        """Take in one event of the log."""
        self._heard.apply(event)
        match event:
            case ReplayStarted():
                self._all_ready = True
            case AnswerRequested():
                self._pressed = True
            case PracticeQuestionAsked() if self._asked is None or event.number > self._asked.number:
                self._asked, self._step, self._turn_ns, self._done_ns = event, None, 0, None
                self._free_ns, self._pressed = None, False
            case TurnStarted(number=number) if self.asking is not None and number == self.asking.number:
                self._step, self._pressed = event, False
            case PracticeAnswerMeasured(number=number) if number not in self._measured:
                self._measured[number], self._pressed = event, False
            case FeedbackRequested(number=number):
                self._wanted.add(number)
            case QuestionDetected(kind="feedback", utterance=number, question=question):
                self._feedback[question] = number
            case AnswerFinished(question=question, text=text) | AnswerStopped(question=question, kept=text):
                if question in self._feedback:
                    self._looked_at[self._feedback[question]] = text
            case StageGivenUp(stage="llm"):
                self._looker = False
            case PracticeEnded():
                self._ended = True
            case _:
                pass

    @property
    def asking(self) -> PracticeQuestionAsked | None:
        """The question that is asked and whose turn is not given yet."""
        return self._asked if self._step is None else None

    @property
    def hurried(self) -> bool:
        """Whether the user wants to speak before the question is asked to its end."""
        return self.asking is not None and self._pressed

    def move_on(self, now_ns: int, *, voice_speaks: bool) -> Iterator[Event]:
        """Yield what there is to say at this monotonic time."""
        for event in self._steps(now_ns, voice_speaks=voice_speaks):
            self.apply(event)
            yield event

    def end(self) -> Iterator[Event]:
        """Yield what there is to say when the user breaks off."""
        if self._measured and not self._ended:
            yield self._summed_up()

    def _steps(self, now_ns: int, *, voice_speaks: bool) -> Iterator[Event]:
        if not self._all_ready or self._ended:
            return
        if self._asked is None:
            yield from self._ask_next()
        elif self._step is None:
            from_sample = self._heard.sample_at(now_ns)
            if not voice_speaks and from_sample is not None:
                self._turn_ns = now_ns
                echo = _ECHO_SAMPLES if self._settings.speak else 0
                yield TurnStarted(number=self._asked.number, from_sample=from_sample + echo)
        elif self._asked.number not in self._measured:
            if self._is_over(self._asked, self._step, now_ns):
                yield self._measure(self._asked, self._step)
        else:
            yield from self._after(self._measured[self._asked.number], now_ns)

    def _ask_next(self) -> Iterator[Event]:
        questions, number = self._settings.questions, self._asked.number if self._asked else 0
        if number < len(questions) and not self._heard.over:
            yield PracticeQuestionAsked(number=number + 1, of=len(questions), text=questions[number])
        else:
            yield from self._close()

    def _close(self) -> Iterator[Event]:
        """Have all answers looked at together, where somebody looked at each, and sum up."""
        answered = [each for each in self._measured.values() if each.text]
        if WHOLE not in self._wanted and len(answered) > 1 and any(self._looked_at.values()):
            yield FeedbackRequested(number=WHOLE, asked=WHOLE_ASKED, answered=_together(answered))
        elif WHOLE not in self._wanted or WHOLE in self._looked_at or self._pressed or not self._looker:
            yield self._summed_up()

    def _is_over(self, asked: PracticeQuestionAsked, turn: TurnStarted, now_ns: int) -> bool:
        """Tell whether the answer has ended: by a key, by a long quiet, or because nothing can be heard."""
        self._turn_ns = self._turn_ns or now_ns
        said = self._said(asked, turn)
        waiting = any(not utterance.ended for utterance in said)
        if self._pressed and self._done_ns is None:
            self._done_ns = now_ns
        if self._done_ns is not None:
            return not waiting or now_ns - self._done_ns > _LAST_WORDS_NS
        if waiting:
            return False
        if self._heard.over:
            return True
        if not said:
            return now_ns - self._turn_ns > self._settings.no_answer_s * 1e9
        return self._quiet_s(said, now_ns) > self._patience_s(said)

    def _said(self, asked: PracticeQuestionAsked, turn: TurnStarted) -> list[Utterance]:
        """Return what is the answer: what began after the question, or went on when the voice ended."""
        said = self._heard.since(turn.from_sample)
        for utterance in self._heard.across(turn.from_sample) if self._settings.speak else ():
            utterance.text = without_question(utterance.text, asked.text)
            if utterance.text or not utterance.ended:
                said.insert(0, utterance)
        return said

    def _quiet_s(self, said: list[Utterance], now_ns: int) -> float:
        now_sample = self._heard.sample_at(now_ns) or 0
        return (now_sample - max(utterance.quiet_sample or 0 for utterance in said)) / SAMPLE_RATE

    def _patience_s(self, said: list[Utterance]) -> float:
        unfinished = decide(said[-1].text, "balanced").reason == "unfinished"
        return self._settings.unfinished_quiet_s if unfinished else self._settings.quiet_s

    def _measure(self, asked: PracticeQuestionAsked, turn: TurnStarted) -> PracticeAnswerMeasured:
        said = self._said(asked, turn)
        measures = measure(said, turn.from_sample, english=self._english)
        return PracticeAnswerMeasured(
            number=asked.number,
            asked=asked.text,
            text=answer_text(said),
            measures=measures,
            remarks=remarks(measures, self._settings, english=self._english),
        )

    def _after(self, measured: PracticeAnswerMeasured, now_ns: int) -> Iterator[Event]:
        """Have the answer looked at, and go on when that has come and was read."""
        if measured.text and measured.number not in self._wanted:
            yield FeedbackRequested(number=measured.number, asked=measured.asked, answered=measured.text)
        elif self._may_go_on(measured, now_ns):
            yield from self._ask_next()

    def _may_go_on(self, measured: PracticeAnswerMeasured, now_ns: int) -> bool:
        number = measured.number
        if self._pressed:
            return True
        if measured.text and self._looker and number not in self._looked_at:
            return False
        if number == len(self._settings.questions) or not self._settings.between_s:
            return True
        self._free_ns = self._free_ns or now_ns
        words = " ".join((*measured.remarks, self._looked_at.get(number, ""))).split()
        reading_s = min(len(words) / _READ_WORDS_A_SECOND, _READ_AT_MOST_S)
        return now_ns - self._free_ns >= (self._settings.between_s + reading_s) * 1e9

    def _summed_up(self) -> PracticeEnded:
        measured = list(self._measured.values())
        answers, of = sum(bool(each.text) for each in measured), len(self._settings.questions)
        measures = combine(each.measures for each in measured)
        return PracticeEnded(
            answers=answers,
            of=of,
            measures=measures,
            remarks=overall(measures, answers, of, english=self._english),
            caveats=[*CAVEATS, *([FEEDBACK_CAVEAT] if any(self._looked_at.values()) else [])],
        )


def _together(answered: list[PracticeAnswerMeasured]) -> str:
    """Return the answers as one text, each under its question."""
    return "\n\n".join(f"Question: {each.asked}\nAnswer: {each.text}" for each in answered)
