"""What is answered, and when: a fold over the session's log.

Pure but for the stopwatch around the search. Events in, steps out: events to say, and orders for whoever
asks the provider. At a pause, while it is not sure that the utterance is over, the notes are looked through
already. With `eager`, the question is taken up there too: the order is an early one, released when the final
words are the same, dropped when they are not.

A stage that starts again folds the log first, without stepping, and then goes on where it was: what was
considered is not considered again, what has an end is not asked again, and the newest question without
one is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    AnswerStreamed,
    EndpointPredicted,
    Event,
    FeedbackRequested,
    FinalTranscribed,
    Logged,
    PassagesRetrieved,
    QuestionDetected,
    RequestSent,
    SessionEnding,
    SpeechResumed,
    StageReady,
    UtteranceDiscarded,
    UtteranceLost,
)
from llm.active_provider import ActiveProvider
from llm.commands import DiscardAnswer, RevealAnswer, StartAnswer, Step
from llm.notes.search import Notes
from llm.prompt import AnswerRequest, FeedbackRequest, Prompt, answer_style
from llm.questions.tracker import DetectedQuestion, QuestionTracker
from llm.settings import LlmSettings

NEWER_QUESTION = "a newer question"
NO_PROVIDER = ""
"""Cause of an answer that was never asked for, since the user chose that no provider answers."""
FEEDBACK = "feedback"
RESTARTED = "the answering process was started again"


@dataclass
class _Open:
    """A question without an end."""

    number: int
    asked: DetectedQuestion
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Early:
    """A question that was taken up at a pause, before its utterance was over."""

    number: int
    asked: DetectedQuestion
    found: PassagesRetrieved


class Conversation:
    """What was asked, what is being answered, and what comes next.

    Args:
        settings: When to answer, and whom to listen to.
        notes: The user's notes.
    """

    def __init__(self, settings: LlmSettings, notes: Notes) -> None:
        self._settings = settings
        self._active = ActiveProvider(settings)
        self._notes = notes
        self._listener = QuestionTracker(settings)
        self._style = answer_style(settings)
        self._numbered = 0
        self._considered: set[tuple[str, int]] = set()
        """Utterances whose question was asked, by source and number."""
        self._open: dict[int, _Open] = {}
        self._due: DetectedQuestion | None = None
        """While folding: the newest question that nobody has asked yet."""
        self._practised: dict[int, FeedbackRequested] = {}
        """The user's practice answers, by number."""
        self._foreseen: tuple[DetectedQuestion, PassagesRetrieved] | None = None
        """What the notes say to the words before the last pause: most often they are all there is."""
        self._early: _Early | None = None
        self.live = False
        """The past is taken in: from here on, steps are called for."""
        self._ending = False

    def apply(self, event: Event) -> Iterator[Event | Step]:
        """Take in one event of the log and yield the steps it calls for, none before `go_live`."""
        self._active.apply(event)
        match event:
            case FinalTranscribed():
                yield from self._consider(self._listener.detect(event), event)
            case EndpointPredicted() if self.live:
                yield from self._foresee(event)
            case (
                SpeechResumed(source=source, utterance=utterance)
                | UtteranceDiscarded(source=source, utterance=utterance)
                | UtteranceLost(source=source, utterance=utterance)
            ):
                yield from self._drop_early((source, utterance))
            case AnswerRequested() if self._settings.answer != FEEDBACK:
                yield from self._answer_now(self._listener.latest())
            case FeedbackRequested():
                yield from self._look_at(event)
            case SessionEnding():
                self._ending = True
            case QuestionDetected() if not self.live:
                self._recall(event)
            case RequestSent(question=number) if not self.live:
                self._numbered = max(self._numbered, number)  # an early one may never have been asked
            case AnswerStreamed(question=number, delta=added, replaces=replaces) if (
                number in self._open and not self.live
            ):
                self._open[number].kept[:] = [*(() if replaces else self._open[number].kept), added]
            case AnswerFinished(question=number) | AnswerStopped(question=number):
                self._open.pop(number, None)
            case _:
                pass

    @property
    def asks_provider(self) -> bool:
        """Whether a provider answers; otherwise questions and notes are shown alone."""
        return self._settings.answer != "off" and self._active.provider != "none"

    @property
    def active(self) -> ActiveProvider:
        """Which provider and model are active."""
        return self._active

    def go_live(self) -> Iterator[Event | Step]:
        """End the folding: yield the steps that the past still calls for."""
        self.live = True
        left, self._open = list(self._open.values()), {}
        for question in left:
            newest = question is left[-1] and self._due is None
            if newest and not question.kept:
                self._open[question.number] = question
                yield from self._answer(question.number, question.asked)
            else:
                yield _stopped(question, RESTARTED if newest else NEWER_QUESTION)
        again = left[-1].asked if left and left[-1].kept else None
        yield from self._ask(self._due or again)

    def _recall(self, event: QuestionDetected) -> None:
        """Take in a question of an earlier life."""
        asked = DetectedQuestion(
            event.source,
            event.utterance,
            event.text,
            event.confidence,
            event.kind,
            event.previous,
            tuple(event.spans),
        )
        if self._due is not None and self._due.place == asked.place:
            self._due = None
        self._numbered = max(self._numbered, event.question)
        self._considered.add(asked.place)
        self._open[event.question] = _Open(event.question, asked)

    @property
    def _asks_early(self) -> bool:
        settings = self._settings
        return settings.eager and settings.answer == "auto" and not settings.confirm and self.asks_provider

    def _foresee(self, pause: EndpointPredicted) -> Iterator[Event | Step]:
        """Look through the notes for what the words before a pause ask, and, with `eager`, ask already."""
        asked, early = self._listener.predict(pause), self._early
        if early is not None and asked is not None and early.asked == asked:
            return
        yield from self._drop_early((pause.source, pause.utterance))
        if asked is None or self._ending or asked.place in self._considered:
            return
        self._foreseen = asked, self._look_up(0, asked)
        if self._asks_early and self._early is None:
            self._numbered += 1
            found = self._look_up(self._numbered, asked)
            self._early = _Early(self._numbered, asked, found)
            yield StartAnswer(self._numbered, self._wish(asked, found), early=True)

    def _drop_early(self, place: tuple[str, int]) -> Iterator[Step]:
        """Throw away what was taken up early of this utterance."""
        if self._early is not None and self._early.asked.place == place:
            yield DiscardAnswer(self._early.number)
            self._early = None

    def _consider(self, asked: DetectedQuestion | None, final: FinalTranscribed) -> Iterator[Event | Step]:
        early = self._early
        if early is not None and asked == early.asked:
            self._early = None
            yield from self._say_asked(early.number, early.asked)
            yield early.found
            yield RevealAnswer(early.number)
            return
        yield from self._drop_early((final.source, final.utterance))
        if asked is None or self._settings.answer in ("ask", FEEDBACK):
            return
        if asked.place not in self._considered:
            yield from self._ask(asked)

    def _answer_now(self, asked: DetectedQuestion | None) -> Iterator[Event | Step]:
        """Answer what was said last, unless that is being answered already."""
        if asked is not None and all(question.asked.place != asked.place for question in self._open.values()):
            yield from self._ask(asked)

    def _look_at(self, practised: FeedbackRequested) -> Iterator[Event | Step]:
        """Have a practice answer looked at: from here on that is a question like any other."""
        self._practised[practised.number] = practised
        whole = practised.number == 0
        text = "Feedback on the whole practice" if whole else f"Feedback on your answer to: {practised.asked}"
        yield from self._ask(DetectedQuestion("practice", practised.number, text, 1.0, FEEDBACK))

    def _ask(self, asked: DetectedQuestion | None) -> Iterator[Event | Step]:
        if asked is None or self._ending:
            return
        if not self.live:
            self._due = asked
            return
        self._numbered += 1
        yield from self._say_asked(self._numbered, asked)
        yield from self._answer(self._numbered, asked)

    def _say_asked(self, number: int, asked: DetectedQuestion) -> Iterator[Event]:
        self._considered.add(asked.place)
        self._open[number] = _Open(number, asked)
        yield QuestionDetected(
            question=number,
            source=asked.source,
            utterance=asked.utterance,
            text=asked.text,
            confidence=asked.confidence,
            kind=asked.kind,
            previous=asked.previous,
            spans=list(asked.spans),
        )

    def _answer(self, number: int, asked: DetectedQuestion) -> Iterator[Event | Step]:
        """Show the notes, then order the answer."""
        found = self._look_up(number, asked)
        yield found
        if not self.asks_provider:
            yield AnswerStopped(question=number, cause=NO_PROVIDER, kept="")
            return
        yield StartAnswer(number, self._wish(asked, found))

    def _look_up(self, number: int, asked: DetectedQuestion) -> PassagesRetrieved:
        if self._foreseen is not None and self._foreseen[0] == asked:
            return msgspec.structs.replace(self._foreseen[1], question=number)
        started_ns = time.perf_counter_ns()
        practised = self._practised_in(asked)
        text = asked.text if practised is None else practised.asked
        passages = self._notes.best_passages(
            f"{asked.previous} {text}".strip(), self._settings.passages_at_most
        )
        prepared = self._notes.prepared(text)
        search_ms = (time.perf_counter_ns() - started_ns) / 1e6
        return PassagesRetrieved(
            question=number, passages=passages, prepared=prepared, search_ms=round(search_ms, 3)
        )

    def _wish(self, asked: DetectedQuestion, found: PassagesRetrieved) -> Prompt:
        passages, practised = tuple(found.passages), self._practised_in(asked)
        if practised is not None:
            return FeedbackRequest(
                question=practised.asked, answer=practised.answered, passages=passages, style=self._style
            )
        return AnswerRequest(
            question=asked.text, previous_question=asked.previous, passages=passages, style=self._style
        )

    def _practised_in(self, asked: DetectedQuestion) -> FeedbackRequested | None:
        """Return the practice answer that is to be looked at; None for a question."""
        return self._practised.get(asked.utterance) if asked.kind == FEEDBACK else None


def caught_up(logged: Logged, stage: str, started_ns: int) -> bool:
    """Tell whether this event is the stage's own announcement, made in this life: the past ends there."""
    return (
        isinstance(logged.event, StageReady)
        and logged.event.stage == stage
        and logged.logged_ns >= started_ns
    )


def _stopped(question: _Open, cause: str) -> AnswerStopped:
    return AnswerStopped(question=question.number, cause=cause, kept="".join(question.kept))
