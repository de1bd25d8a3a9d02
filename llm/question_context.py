"""Finds the notes for a question, and composes its prompt."""

from __future__ import annotations

import time

import msgspec

from bus.messages import FeedbackRequested, PassagesRetrieved
from llm.notes.search import Notes
from llm.prompt import AnswerPrompt, FeedbackPrompt, Prompt, answer_style, varied
from llm.questions.tracker import DetectedQuestion
from llm.settings import LlmSettings

PRACTICE = "practice"
"""Source of the questions that request feedback on a practice answer."""


class QuestionContext:
    """The notes and practice answers of a session.

    Args:
        settings: How many passages to find, and how to answer.
        notes: The user's notes.
    """

    def __init__(self, settings: LlmSettings, notes: Notes) -> None:
        self._notes = notes
        self._passages_at_most = settings.passages_at_most
        self._style = answer_style(settings)
        self._practice_answers: dict[int, FeedbackRequested] = {}
        self._prefetched: tuple[DetectedQuestion, PassagesRetrieved] | None = None
        """Passages for the question up to the last pause; most often the question is complete there."""

    def use(self, notes: Notes) -> None:
        """Search these notes from now on."""
        self._notes, self._prefetched = notes, None

    def add(self, practice_answer: FeedbackRequested) -> None:
        """Remember a practice answer, on which a question requests feedback."""
        self._practice_answers[practice_answer.number] = practice_answer

    def prefetch(self, question: DetectedQuestion) -> None:
        """Search the notes for a question that is not published yet."""
        self._prefetched = question, self.search(0, question)

    def search(self, number: int, question: DetectedQuestion) -> PassagesRetrieved:
        """Search the notes for a question with this number."""
        if self._prefetched is not None and self._prefetched[0] == question:
            return msgspec.structs.replace(self._prefetched[1], question=number)
        started_ns = time.perf_counter_ns()
        practice_answer = self._practice_answer(question)
        text = question.text if practice_answer is None else practice_answer.asked
        passages = self._notes.best_passages(f"{question.previous} {text}".strip(), self._passages_at_most)
        prepared = self._notes.prepared(text)
        search_ms = round((time.perf_counter_ns() - started_ns) / 1e6, 3)
        return PassagesRetrieved(question=number, passages=passages, prepared=prepared, search_ms=search_ms)

    def prompt(self, question: DetectedQuestion, found: PassagesRetrieved) -> Prompt:
        """Return the prompt for a question and the passages found for it."""
        passages, practice_answer = tuple(found.passages), self._practice_answer(question)
        style = varied(self._style, question.length_steps)
        if practice_answer is not None:
            return FeedbackPrompt(
                question=practice_answer.asked,
                answer=practice_answer.answered,
                passages=passages,
                style=style,
            )
        return AnswerPrompt(
            question=question.text,
            previous_question=question.previous,
            passages=passages,
            again=question.kind == "again",
            style=style,
        )

    def _practice_answer(self, question: DetectedQuestion) -> FeedbackRequested | None:
        return self._practice_answers.get(question.utterance) if question.source == PRACTICE else None
