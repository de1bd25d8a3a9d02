"""Classifies one sentence: whether it asks, how surely, and in which way.

Pure. Confidences are set manually, below the precision on labelled lines, which `cuecard bench questions`
prints.
"""

from __future__ import annotations

import re
from typing import Literal

from llm.questions import non_questions
from llm.questions import question_phrases as phrases
from llm.questions.request_phrases import INNER_REQUEST, NOT_A_REQUEST_AFTER, REQUEST
from llm.sentences import core

Kind = Literal["question", "request"]

_CLAUSE = re.compile(r"[,;:–—]\s+| - |\b(?:but|and|so) (?=(?:what|why|how|when|where|who|which) )")
_MIN_CLAUSE_WORDS = 3
_MIN_MARKED_WORDS = 3
_MIN_RUN_ON_WORDS = 6


def classify(words: str, marked: bool) -> tuple[float, Kind] | None:
    """Return the confidence that these words ask, and the kind; None when they do not.

    Args:
        words: In spoken form (see `llm.sentences.spoken`), without lead-in.
        marked: Whether a question mark follows.
    """
    if phrases.ELLIPTIC.match(words):
        return (0.85 if marked else 0.6), "question"
    if REQUEST.match(words):
        return 0.9, "request"
    if phrases.OWN_TOPIC.match(words) or (marked and phrases.TOPIC.match(words)):
        return (0.85 if marked else 0.6), "question"
    statement = phrases.WH_CLAUSE.match(words) is not None
    if not statement and _begins_question(words, marked):
        return (0.95 if marked else 0.8), "question"
    if non_questions.REPORTED.search(words) and not non_questions.RELAYED.search(words):
        return None
    inner = None
    title = non_questions.TITLE.search(words)
    before = words[: title.start()] if title else words
    if len(before.split()) >= _MIN_CLAUSE_WORDS:
        inner = _find_in_clauses(before, marked) or _find_in_run_on(before, marked)
    if inner is not None:
        return (0.9 if marked else 0.65), inner
    return _classify_by_mark(words) if marked else None


def _begins_question(words: str, marked: bool) -> bool:
    if phrases.WH_QUESTION.match(words):
        return True
    if marked:
        return phrases.AUXILIARY.match(words) is not None
    return phrases.INVERTED.match(words) is not None and not phrases.COMMAND.match(words)


def _find_in_clauses(words: str, marked: bool) -> Kind | None:
    """Find the question after an opening clause: "If you had to choose, which one would you take"."""
    for start in (end.end() for end in _CLAUSE.finditer(words)):
        clause = core(words[start:])
        if len(clause.split()) < _MIN_CLAUSE_WORDS or non_questions.NOT_ASKING.match(clause):
            continue
        if REQUEST.match(clause):
            return "request"
        asks = _begins_question(clause, marked) and (marked or phrases.CLAUSE_INVERTED.match(clause))
        if asks and not phrases.WH_CLAUSE.match(clause):
            return "question"
    return None


def _find_in_run_on(words: str, marked: bool) -> Kind | None:
    """Find the question in words that run on: "we use a lot of Postgres here have you used it at scale"."""
    if len(words.split()) < _MIN_RUN_ON_WORDS:
        return None
    for found in phrases.INNER_QUESTION.finditer(words):
        before, rest = words[: found.start()].rstrip(" ,"), words[found.start() :]
        opens = marked or not phrases.NOT_A_QUESTION_AFTER.search(before)
        if before and opens and not non_questions.NOT_ASKING.match(rest):
            return "question"
    for found in INNER_REQUEST.finditer(words):
        before = words[: found.start()].rstrip(" ,")
        if before and not NOT_A_REQUEST_AFTER.search(before):
            return "request"
    return None


def _classify_by_mark(words: str) -> tuple[float, Kind] | None:
    """Classify words that ask only by their question mark: a statement, a fragment, an unknown language."""
    if non_questions.TAG.search(words) or non_questions.NAMED.search(words) or _ends_in_small_talk(words):
        return None
    count = len(words.split())
    if phrases.WH_WORD.match(words) and count > 1:
        return 0.75, "question"
    return (0.65, "question") if count >= _MIN_MARKED_WORDS else None


def _ends_in_small_talk(words: str) -> bool:
    ends = [end.end() for end in _CLAUSE.finditer(words)]
    last = core(words[ends[-1] :]) if ends else ""
    return bool(last) and (
        last in non_questions.BACKCHANNELS or non_questions.NOT_ASKING.match(last) is not None
    )
