"""Conversation: decides what is answered and when, from the event log.

Events in; events to publish and commands for the answer session out. The notes are searched at a pause
already; with `eager` the answer is started there too, and revealed or discarded when the final transcript
comes. A restarted stage applies the history first, then continues where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

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
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)
from llm.active_provider import ActiveProvider
from llm.commands import NEWER_QUESTION, Command, DiscardAnswer, RevealAnswer, StartAnswer
from llm.notes.search import Notes
from llm.prompt import AnswerPrompt, FeedbackPrompt, Prompt, answer_style
from llm.questions.published_questions import PublishedQuestions
from llm.questions.tracker import DetectedQuestion, QuestionTracker
from llm.settings import LlmSettings

NO_PROVIDER = ""
"""Cause of an answer that was not requested, because the user chose no provider."""
RESTARTED = "the llm stage was restarted"
FEEDBACK = "feedback"


@dataclass
class _OpenQuestion:
    """A question whose answer has not ended."""

    number: int
    question: DetectedQuestion
    shown: str = ""
    """The text of its answer so far."""


@dataclass(frozen=True)
class _EarlyQuestion:
    """A question whose answer was started at a pause."""

    number: int
    question: DetectedQuestion
    found: PassagesRetrieved


class Conversation:
    """The questions of a session and the state of their answers.

    Args:
        settings: When to answer, and whose questions count.
        notes: The user's notes.
    """

    def __init__(self, settings: LlmSettings, notes: Notes) -> None:
        self._settings = settings
        self.active = ActiveProvider(settings)
        self._notes = notes
        self._tracker = QuestionTracker(settings)
        self._style = answer_style(settings)
        self._last_number = 0
        self._published = PublishedQuestions()
        self._open: dict[int, _OpenQuestion] = {}
        self._pending: DetectedQuestion | None = None
        """The newest question of the history that was not published."""
        self._practice_answers: dict[int, FeedbackRequested] = {}
        self._prefetched: tuple[DetectedQuestion, PassagesRetrieved] | None = None
        """Passages for the question up to the last pause; most often the question is complete there."""
        self._early: _EarlyQuestion | None = None
        self.live = False
        """Whether the history has been applied; only then are there steps."""
        self._ending = False

    def apply(self, logged: Logged) -> Iterator[Event | Command]:
        """Apply one event and yield the steps that follow from it, none before `go_live`."""
        self.active.apply(logged)
        match logged.event:
            case FinalTranscribed() as final:
                yield from self._on_final(self._tracker.detect(final), final)
            case TranscriptRevised() as revision:
                yield from self._ask_detected(self._tracker.revise(revision))
            case EndpointPredicted() as pause if self.live:
                yield from self._on_pause(pause)
            case (
                SpeechResumed(source=source, utterance=utterance)
                | UtteranceDiscarded(source=source, utterance=utterance)
                | UtteranceLost(source=source, utterance=utterance)
            ):
                yield from self._discard_early((source, utterance))
            case AnswerRequested() if self._settings.answer != FEEDBACK:
                yield from self._answer_latest(self._tracker.latest())
            case FeedbackRequested() as practice_answer:
                yield from self._give_feedback(practice_answer)
            case SessionEnding():
                self._ending = True
            case AnswerFinished(question=number) | AnswerStopped(question=number):
                self._open.pop(number, None)
            case event if not self.live:
                self._restore(event)
            case _:
                pass

    @property
    def uses_provider(self) -> bool:
        """Whether a provider answers; otherwise only questions and notes are shown."""
        return self._settings.answer != "off" and self.active.provider != "none"

    def go_live(self) -> Iterator[Event | Command]:
        """End the history; yield the steps that it still calls for."""
        self.live = True
        left, self._open = list(self._open.values()), {}
        for each in left:
            newest = each is left[-1] and self._pending is None
            if newest and not each.shown:
                self._open[each.number] = each
                yield from self._answer(each.number, each.question)
            else:
                cause = RESTARTED if newest else NEWER_QUESTION
                yield AnswerStopped(question=each.number, cause=cause, kept=each.shown)
        repeated = left[-1].question if left and left[-1].shown else None
        yield from self._ask(self._pending or repeated)

    def _restore(self, event: Event) -> None:
        """Apply an event that this stage published before its restart."""
        match event:
            case QuestionDetected(question=number):
                question = DetectedQuestion(
                    event.source,
                    event.utterance,
                    event.text,
                    event.confidence,
                    event.kind,
                    event.previous,
                    tuple(event.spans),
                )
                self._last_number = max(self._last_number, number)
                self._published.add(event)
                self._open[number] = _OpenQuestion(number, question)
                if self._pending is not None and self._published.find(self._pending):
                    self._pending = None
            case RequestSent(question=number):  # an early question may never have been published
                self._last_number = max(self._last_number, number)
            case AnswerStreamed(question=number, delta=added, replaces=replaces) if number in self._open:
                self._open[number].shown = added if replaces else self._open[number].shown + added
            case _:
                pass

    @property
    def _starts_early(self) -> bool:
        settings = self._settings
        return settings.eager and settings.answer == "auto" and not settings.confirm and self.uses_provider

    def _on_pause(self, pause: EndpointPredicted) -> Iterator[Event | Command]:
        """Search the notes for the question up to a pause; with `eager`, start its answer too."""
        question, early = self._tracker.predict(pause), self._early
        if early is not None and question is not None and early.question == question:
            return
        yield from self._discard_early((pause.source, pause.utterance))
        if question is None or self._ending or self._published.find(question):
            return
        self._prefetched = question, self._search(0, question)
        if self._starts_early and self._early is None:
            self._last_number += 1
            found = self._search(self._last_number, question)
            self._early = _EarlyQuestion(self._last_number, question, found)
            yield StartAnswer(self._last_number, self._prompt(question, found), early=True)

    def _discard_early(self, place: tuple[str, int]) -> Iterator[Command]:
        """Discard the early answer to a question in this utterance."""
        if self._early is not None and self._early.question.place == place:
            yield DiscardAnswer(self._early.number)
            self._early = None

    def _on_final(
        self, question: DetectedQuestion | None, final: FinalTranscribed
    ) -> Iterator[Event | Command]:
        early = self._early
        if early is not None and question == early.question:
            self._early = None
            yield self._publish_question(early.number, early.question)
            yield early.found
            yield RevealAnswer(early.number)
            return
        yield from self._discard_early((final.source, final.utterance))
        yield from self._ask_detected(question)

    def _ask_detected(self, question: DetectedQuestion | None) -> Iterator[Event | Command]:
        """Ask a question, unless it was asked already or answers are given on request only."""
        if question is None:
            return
        published = self._published.find(question)
        if published is None:
            if self._settings.answer not in ("ask", FEEDBACK):
                yield from self._ask(question)
            return
        self._published.moved(published, question)
        if published.question in self._open:
            self._open[published.question].question = question

    def _answer_latest(self, question: DetectedQuestion | None) -> Iterator[Event | Command]:
        """Answer the latest words, unless their answer is in progress."""
        if question is not None and all(
            each.question.place != question.place for each in self._open.values()
        ):
            yield from self._ask(question)

    def _give_feedback(self, practice_answer: FeedbackRequested) -> Iterator[Event | Command]:
        """Ask for feedback on a practice answer, as a question like any other."""
        number = practice_answer.number
        self._practice_answers[number] = practice_answer
        on = "the whole practice" if number == 0 else f"your answer to: {practice_answer.asked}"
        yield from self._ask(DetectedQuestion("practice", number, f"Feedback on {on}", 1.0, FEEDBACK))

    def _ask(self, question: DetectedQuestion | None) -> Iterator[Event | Command]:
        if question is None or self._ending:
            return
        if not self.live:
            self._pending = question
            return
        self._last_number += 1
        yield self._publish_question(self._last_number, question)
        yield from self._answer(self._last_number, question)

    def _publish_question(self, number: int, question: DetectedQuestion) -> QuestionDetected:
        self._open[number] = _OpenQuestion(number, question)
        published = QuestionDetected(
            question=number,
            source=question.source,
            utterance=question.utterance,
            text=question.text,
            confidence=question.confidence,
            kind=question.kind,
            previous=question.previous,
            spans=list(question.spans),
            replaces=self._published.replaced_by(question),
        )
        self._published.add(published)
        return published

    def _answer(self, number: int, question: DetectedQuestion) -> Iterator[Event | Command]:
        """Publish the passages, then start the answer."""
        found = self._search(number, question)
        yield found
        if self.uses_provider:
            yield StartAnswer(number, self._prompt(question, found))
        else:
            yield AnswerStopped(question=number, cause=NO_PROVIDER, kept="")

    def _search(self, number: int, question: DetectedQuestion) -> PassagesRetrieved:
        if self._prefetched is not None and self._prefetched[0] == question:
            return msgspec.structs.replace(self._prefetched[1], question=number)
        started_ns = time.perf_counter_ns()
        practice_answer = self._practice_answer(question)
        text = question.text if practice_answer is None else practice_answer.asked
        passages = self._notes.best_passages(
            f"{question.previous} {text}".strip(), self._settings.passages_at_most
        )
        prepared = self._notes.prepared(text)
        search_ms = round((time.perf_counter_ns() - started_ns) / 1e6, 3)
        return PassagesRetrieved(question=number, passages=passages, prepared=prepared, search_ms=search_ms)

    def _prompt(self, question: DetectedQuestion, found: PassagesRetrieved) -> Prompt:
        passages, practice_answer = tuple(found.passages), self._practice_answer(question)
        if practice_answer is not None:
            return FeedbackPrompt(
                question=practice_answer.asked,
                answer=practice_answer.answered,
                passages=passages,
                style=self._style,
            )
        return AnswerPrompt(
            question=question.text, previous_question=question.previous, passages=passages, style=self._style
        )

    def _practice_answer(self, question: DetectedQuestion) -> FeedbackRequested | None:
        return self._practice_answers.get(question.utterance) if question.kind == FEEDBACK else None
