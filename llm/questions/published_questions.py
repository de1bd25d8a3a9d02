"""Remembers the published questions: to complete, repeat or replace them. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from bus.messages import QuestionDetected
from llm.questions.tracker import DetectedQuestion
from llm.sentences import spoken

VARIANTS = {"again": 0, "shorter": -1, "longer": 1}
"""Kinds of questions that the user asked once more, and how much longer their answers are to be."""

_MOST_STEPS = 2
_REMEMBERED = 200
_WORD = re.compile(r"[\w']+")

Place = tuple[str, int]


class PublishedQuestions:
    """The published questions, by number, and by source and last utterance."""

    def __init__(self) -> None:
        self._at: dict[Place, QuestionDetected] = {}
        self._by_number: dict[int, DetectedQuestion] = {}
        self._not_requested: dict[Place, int] = {}
        """Numbers of the questions whose answer was not requested."""

    def add(self, published: QuestionDetected) -> DetectedQuestion:
        """Remember a question that is published, and return it."""
        question = DetectedQuestion(
            published.source,
            published.utterance,
            published.text,
            published.confidence,
            published.kind,
            published.previous,
            tuple(published.spans),
            length_steps=published.length_steps,
        )
        self._by_number[published.question] = question
        if len(self._by_number) > _REMEMBERED:
            del self._by_number[next(iter(self._by_number))]
        if published.kind not in VARIANTS:  # completed words replace the question as it was heard
            self._at[question.place] = published
        self._not_requested.pop(question.place, None)
        return question

    def moved(self, published: QuestionDetected, question: DetectedQuestion) -> None:
        """Remember that a published question is also asked at this place, because its speaker continued."""
        self._at[question.place] = published

    def not_requested(self, number: int) -> None:
        """Remember that no answer to a question was requested: a request asks it again and replaces it."""
        if number in self._by_number:
            self._not_requested[self._by_number[number].place] = number

    def variant(self, number: int, variant: str) -> DetectedQuestion | None:
        """Return a question as the user asks it once more.

        Args:
            number: Its number; 0 for the newest.
            variant: A key of `VARIANTS`.
        """
        question = self._by_number.get(number or max(self._by_number, default=0))
        if question is None:
            return None
        steps = question.length_steps + VARIANTS[variant]
        steps = max(-_MOST_STEPS, min(_MOST_STEPS, steps))
        return replace(question, kind=variant, length_steps=steps, replaces=())

    def find(self, question: DetectedQuestion) -> QuestionDetected | None:
        """Return the question as it was published, perhaps before its speaker continued; None if not."""
        earlier = self._earlier(question)
        if earlier is not None and _has_same_words(earlier.text, question.text):
            return earlier
        return self._at.get(question.place)

    def replaced_by(self, question: DetectedQuestion) -> int:
        """Return the number of the question that this one completes or requests; 0 for none."""
        if question.place in self._not_requested:
            return self._not_requested[question.place]
        earlier = self._earlier(question)
        grew = earlier is not None and not _has_same_words(earlier.text, question.text)
        return earlier.question if earlier is not None and grew else 0

    def completes_requested(self, question: DetectedQuestion) -> bool:
        """Return whether it completes a question whose answer was requested."""
        return self.replaced_by(question) not in (0, *self._not_requested.values())

    def _earlier(self, question: DetectedQuestion) -> QuestionDetected | None:
        """Return the newest question that was asked from earlier words of this one."""
        earlier = (self._at[place] for place in question.earlier_places if place in self._at)
        return max(earlier, key=lambda published: published.question, default=None)


def _has_same_words(first: str, second: str) -> bool:
    """Return whether two questions differ in punctuation at most."""
    return _WORD.findall(spoken(first)) == _WORD.findall(spoken(second))
