"""The engine that finds questions by a language's table of patterns.

Pure. English has rules of its own (`llm.questions.sentence_classifier`). Confidences are set as there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from llm.sentences import plain

Kind = Literal["question", "request"]

_MIN_MARKED_WORDS = 3
_MIN_CLAUSE_WORDS = 3
_CLAUSE = re.compile(r"[,;:–—]\s+¿?|\s¿")
_MAX_LEANING_WORDS = 9
_NEVER = r"(?!)"


@dataclass(frozen=True)
class Patterns:
    """The table of one language: regular expressions over lower-case words without punctuation at their "
    "ends."""

    lead_in: str
    """Words before the actual sentence: "okay", "well", "my next question is"."""
    and_words: str
    """With one of these a short question refers to the one before."""
    question_word: str
    """Begins a question if a question mark follows."""
    unmarked: str = _NEVER
    """Begins a question also without a question mark."""
    request: str = _NEVER
    """Begins a request: "tell me about", "could you explain", "I would like to know"."""
    reported: str = _NEVER
    """Anywhere: it reports a question that was asked at another time."""
    not_asking: str = _NEVER
    """Begins what expects no answer: the mechanics of the call, greetings, rhetoric, a request to wait."""
    statement: str = _NEVER
    """Anywhere in words without a question mark: they are a statement in spite of their beginning."""
    tag: str = _NEVER
    """At the end after a comma: the words want a nod only."""
    answers: str = _NEVER
    """Begins the speaker's own answer to a question."""
    to_you: str = _NEVER
    """Anywhere: the words address the listener."""
    backchannels: str = ""
    """Whole sentences that only show attention, separated by "|"."""


class LanguageRules:
    """Finds what a sentence asks.

    Args:
        patterns: The table of the language.
    """

    def __init__(self, patterns: Patterns) -> None:
        self.lead_in = re.compile(
            rf"\s*(?:(?:{patterns.lead_in})(?:\s*[,:;.–—-]+\s*|\s+|$))+¿?", re.IGNORECASE
        )
        self.backchannels = frozenset(patterns.backchannels.split("|"))
        self._and = re.compile(rf"(?:{patterns.and_words})\b")
        self._question_word = re.compile(rf"(?:(?:{patterns.and_words}) )?(?:{patterns.question_word})(?!\w)")
        self._unmarked = re.compile(rf"(?:(?:{patterns.and_words}) )?(?:{patterns.unmarked})(?!\w)")
        self._request = re.compile(rf"(?:{patterns.request})(?!\w)")
        self._reported = re.compile(rf"\b(?:{patterns.reported})(?!\w)")
        self._not_asking = re.compile(rf"(?:{patterns.not_asking})(?!\w)")
        self._statement = re.compile(rf"(?<!\w)(?:{patterns.statement})(?!\w)")
        self._tag = re.compile(rf"[,¿]\s*¿?(?:{patterns.tag})$")
        self._answers = re.compile(rf"(?:{patterns.answers})(?!\w)")
        self._to_you = re.compile(rf"(?<!\w)(?:{patterns.to_you})(?!\w)")

    def classify(
        self, sentence: str, inner: str, following: str, *, marked: bool
    ) -> tuple[float, Kind] | None:
        """Return how surely, and in which way, a sentence asks; None when it does not.

        Args:
            sentence: The sentence.
            inner: The sentence without its lead-in.
            following: The sentence after it; empty when there is none.
            marked: Whether it ends in a question mark.
        """
        whole, words = plain(sentence), plain(inner)
        if not words or {words, whole.replace(",", "")} & self.backchannels:
            return None
        if any(map(self._not_asking.match, (words, whole))) or self._is_answered(words, following):
            return None
        if self._request.match(words):
            return 0.9, "request"
        if self._reported.search(words) or self._tag.search(words):
            return None
        return self._classify_marked(words) if marked else self._classify_unmarked(words)

    def leans(self, sentence: str) -> bool:
        """Return whether a question is short and continues the one before: "And how big was the team?"."""
        words = plain(sentence)
        return len(words.split()) <= _MAX_LEANING_WORDS and self._and.match(words) is not None

    def _classify_marked(self, words: str) -> tuple[float, Kind] | None:
        count = len(words.split())
        if self._question_word.match(words) and count > 1:
            return 0.95, "question"
        for clause in self._clauses(words):
            if self._not_asking.match(clause):
                return None
            if self._request.match(clause):
                return 0.9, "request"
            if self._question_word.match(clause):
                return 0.9, "question"
        return (0.65, "question") if count >= _MIN_MARKED_WORDS else None

    def _classify_unmarked(self, words: str) -> tuple[float, Kind] | None:
        if self._statement.search(words):
            return None
        if self._unmarked.match(words) and len(words.split()) >= _MIN_CLAUSE_WORDS:
            return 0.8, "question"
        for clause in self._clauses(words):
            if self._request.match(clause):
                return 0.65, "request"
            if self._unmarked.match(clause) and self._to_you.search(clause):
                return 0.65, "question"
        return None

    def _is_answered(self, words: str, following: str) -> bool:
        """Return whether the speaker answers at once: an answer's opening, or any statement if "you" is "
        "missing."""
        answer = plain(following)
        if not answer or following.rstrip().endswith("?"):
            return False
        if self._answers.match(answer):
            return True
        return not any(map(self._to_you.search, (words, answer))) and not self._request.match(words)

    def _clauses(self, words: str) -> list[str]:
        """Return what follows each comma, without lead-in, if it is long enough."""
        clauses = []
        for start in (end.end() for end in _CLAUSE.finditer(words)):
            clause = words[start:]
            found = self.lead_in.match(clause)
            clause = clause[found.end() :] if found else clause
            if len(clause.split()) >= _MIN_CLAUSE_WORDS:
                clauses.append(clause)
        return clauses
