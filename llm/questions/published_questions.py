"""Remembers the published questions, to recognize those whose speaker continued. Pure."""

from __future__ import annotations

import re

from bus.messages import QuestionDetected
from llm.questions.tracker import DetectedQuestion
from llm.sentences import spoken

_WORD = re.compile(r"[\w']+")


class PublishedQuestions:
    """The published questions, by source and last utterance."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, int], QuestionDetected] = {}

    def add(self, question: QuestionDetected) -> None:
        """Remember a question that is published."""
        self._at[question.source, question.utterance] = question

    def moved(self, published: QuestionDetected, question: DetectedQuestion) -> None:
        """Remember that a published question is also asked at this place, because its speaker continued."""
        self._at[question.place] = published

    def find(self, question: DetectedQuestion) -> QuestionDetected | None:
        """Return the question as it was published, perhaps before its speaker continued; None if not."""
        earlier = self._earlier(question)
        if earlier is not None and _has_same_words(earlier.text, question.text):
            return earlier
        return self._at.get(question.place)

    def replaced_by(self, question: DetectedQuestion) -> int:
        """Return the number of the published question that this one completes; 0 for none."""
        earlier = self._earlier(question)
        grew = earlier is not None and not _has_same_words(earlier.text, question.text)
        return earlier.question if earlier is not None and grew else 0

    def _earlier(self, question: DetectedQuestion) -> QuestionDetected | None:
        """Return the newest question that was asked from earlier words of this one."""
        earlier = (self._at[place] for place in question.earlier_places if place in self._at)
        return max(earlier, key=lambda published: published.question, default=None)


def _has_same_words(first: str, second: str) -> bool:
    """Return whether two questions differ in punctuation at most."""
    return _WORD.findall(spoken(first)) == _WORD.findall(spoken(second))
