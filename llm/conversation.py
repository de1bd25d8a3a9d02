"""Conversation: decides what is answered and when, from the event log.

Events in; events to publish and commands for the answer session out. With answers on request, a question and
its notes are published at once, and the request is a new question that replaces it. A restarted stage applies
the history first, then continues where it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    AnswerStreamed,
    CancelRequested,
    EndpointPredicted,
    Event,
    FeedbackRequested,
    FinalTranscribed,
    Logged,
    LogRedacted,
    QuestionDetected,
    QuestionTyped,
    RequestSent,
    SessionEnding,
    SpeechResumed,
    SummaryRequested,
    SummaryStarted,
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
    VariantRequested,
)
from bus.messages.control import TYPED
from llm.active_provider import ActiveProvider
from llm.commands import (
    CANCELLED,
    NEWER_QUESTION,
    CancelAnswer,
    Command,
    DiscardAnswer,
    RevealAnswer,
    StartAnswer,
)
from llm.notes.search import Notes
from llm.open_questions import EarlyQuestion, OpenQuestion, PendingQuestion
from llm.question_context import PRACTICE, QuestionContext
from llm.questions.published_questions import PublishedQuestions
from llm.questions.tracker import DetectedQuestion, QuestionTracker
from llm.settings import LlmSettings
from llm.summary.tracker import SummaryTracker

NOT_REQUESTED = ""
"""Cause of an answer that was not requested: there is no provider, or answers are given on request."""
RESTARTED = "the llm stage was restarted"
FEEDBACK = "feedback"


class Conversation:
    """The questions of a session and the state of their answers.

    Args:
        settings: When to answer, and whose questions count.
        notes: The user's notes.
    """

    def __init__(self, settings: LlmSettings, notes: Notes) -> None:
        self._settings = settings
        self.active = ActiveProvider(settings)
        self._context = QuestionContext(settings, notes)
        self._tracker = QuestionTracker(settings)
        self._last_number = self._typed = 0
        self._published = PublishedQuestions()
        self._summaries = SummaryTracker(settings.own_source)
        self._open: dict[int, OpenQuestion] = {}
        self._pending: PendingQuestion | None = None
        """The newest such question."""
        self._early: EarlyQuestion | None = None
        self.live = False
        """Whether the history has been applied; only then are there steps."""
        self._ending = False

    def apply(self, logged: Logged) -> Iterator[Event | Command]:
        """Apply one event and yield the steps that follow from it, none before `go_live`."""
        self.active.apply(logged)
        self._summaries.apply(logged.event)
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
            case QuestionTyped(text=text) if self._settings.answer != FEEDBACK:
                self._typed += 1
                yield from self._ask(DetectedQuestion(TYPED, self._typed, text, 1.0, TYPED))
            case VariantRequested(question=number, variant=variant):
                if question := self._published.variant(number, variant):
                    yield from self._ask(question)
            case SummaryRequested() as request if self.live:
                self._last_number += 1
                can_ask = self.uses_provider and not self._ending
                yield from self._summaries.start(request, self._last_number, can_ask=can_ask)
            case CancelRequested():
                yield from self._cancel()
            case FeedbackRequested() as practice_answer:
                yield from self._give_feedback(practice_answer)
            case LogRedacted(questions=questions):  # the stage is restarted next
                self._last_number = max([self._last_number, *questions])
                yield from self._cancel()
            case SessionEnding():
                self._ending = True
            case AnswerFinished(question=number):
                self._open.pop(number, None)
            case AnswerStopped(question=number, cause=cause):
                self._open.pop(number, None)
                if cause == NOT_REQUESTED:
                    self._published.not_requested(number)
            case event if not self.live:
                self._restore(event)
            case _:
                pass

    def use(self, notes: Notes) -> None:
        """Search these notes from now on."""
        self._context.use(notes)

    @property
    def uses_provider(self) -> bool:
        """Whether a provider answers; otherwise only questions and notes are shown."""
        return self._settings.answer != "off" and self.active.provider != "none"

    def go_live(self) -> Iterator[Event | Command]:
        """End the history; yield the steps that it still calls for."""
        self.live = True
        yield from self._summaries.go_live(RESTARTED)
        left, self._open = list(self._open.values()), {}
        for each in left:
            newest = each is left[-1] and self._pending is None
            if newest and not each.shown and not each.cancelled:
                self._open[each.number] = each
                yield from self._answer(each.number, each.question, requested=each.requested)
            else:
                cause = CANCELLED if each.cancelled else RESTARTED if newest else NEWER_QUESTION
                yield AnswerStopped(question=each.number, cause=cause, kept=each.shown)
        if self._pending is not None:
            yield from self._ask(self._pending.question, requested=self._pending.requested)
        elif left and left[-1].shown and not left[-1].cancelled:
            yield from self._ask(left[-1].question)

    def _restore(self, event: Event) -> None:
        """Apply an event that this stage published before its restart."""
        match event:
            case QuestionDetected(question=number):
                self._last_number = max(self._last_number, number)
                question = self._published.add(event)
                pending = self._pending
                is_pending = pending is not None and self._published.find(pending.question) is not None
                requested = self._asks_at_once or (is_pending and pending is not None and pending.requested)
                self._open[number] = OpenQuestion(number, question, requested=requested)
                if is_pending:
                    self._pending = None
            case RequestSent(question=number) | SummaryStarted(question=number):
                # An early question may never have been published.
                self._last_number = max(self._last_number, number)
            case AnswerStreamed(question=number, delta=added, replaces=replaces) if number in self._open:
                self._open[number].shown = added if replaces else self._open[number].shown + added
            case _:
                pass

    @property
    def _asks_at_once(self) -> bool:
        """Whether a detected question is answered without a request of the user."""
        return self._settings.answer != "ask"

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
        self._context.prefetch(question)
        if self._starts_early and self._early is None:
            self._last_number += 1
            found = self._context.search(self._last_number, question)
            self._early = EarlyQuestion(self._last_number, question, found)
            yield StartAnswer(self._last_number, self._context.prompt(question, found), early=True)

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
        """Publish a question unless it was published already; request its answer unless the user does."""
        if question is None:
            return
        published = self._published.find(question)
        if published is None:
            is_shown = self._asks_at_once or not self._published.completes_requested(question)
            if self._settings.answer != FEEDBACK and is_shown:
                yield from self._ask(question, requested=self._asks_at_once)
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

    def _cancel(self) -> Iterator[Command]:
        if self.live:
            yield CancelAnswer()
        for each in self._open.values():
            each.cancelled = True

    def _give_feedback(self, practice_answer: FeedbackRequested) -> Iterator[Event | Command]:
        """Ask for feedback on a practice answer, as a question like any other."""
        number = practice_answer.number
        self._context.add(practice_answer)
        on = "the whole practice" if number == 0 else f"your answer to: {practice_answer.asked}"
        yield from self._ask(DetectedQuestion(PRACTICE, number, f"Feedback on {on}", 1.0, FEEDBACK))

    def _ask(self, question: DetectedQuestion, *, requested: bool = True) -> Iterator[Event | Command]:
        if self._ending:
            return
        if not self.live:
            self._pending = PendingQuestion(question, requested)
            return
        self._last_number += 1
        yield self._publish_question(self._last_number, question)
        yield from self._answer(self._last_number, question, requested=requested)

    def _publish_question(self, number: int, question: DetectedQuestion) -> QuestionDetected:
        self._open[number] = OpenQuestion(number, question)
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
            length_steps=question.length_steps,
        )
        self._published.add(published)
        return published

    def _answer(
        self, number: int, question: DetectedQuestion, *, requested: bool = True
    ) -> Iterator[Event | Command]:
        """Publish the passages, then start the answer."""
        found = self._context.search(number, question)
        yield found
        if requested and self.uses_provider:
            yield StartAnswer(number, self._context.prompt(question, found))
            return
        del self._open[number]
        self._published.not_requested(number)
        yield AnswerStopped(question=number, cause=NOT_REQUESTED, kept="")
