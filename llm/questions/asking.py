"""Tells how surely, and in which way, the words of one sentence ask.

Pure. It does not know the sentences around them. The numbers are set by hand, below the share of such
findings that were right on labelled lines; `cuecard bench questions` prints how they hold.
"""

from __future__ import annotations

import re
from typing import Literal

from llm.questions import non_questions as not_asking
from llm.questions import other_languages, phrases
from llm.sentences import core

Kind = Literal["question", "request"]

_CLAUSE = re.compile(r"[,;:–—]\s+| - |\b(?:but|and|so) (?=(?:what|why|how|when|where|who|which) )")
_FEWEST_WORDS_OF_A_CLAUSE = 3
_FEWEST_WORDS_MARKED = 3
_FEWEST_WORDS_RUN_ON = 6


def ask(words: str, marked: bool) -> tuple[float, Kind] | None:
    """Return how surely, and in which way, these words ask; None when they do not.

    Args:
        words: In spoken form (see `llm.sentences.spoken`), without what leads them in.
        marked: Whether a question mark follows them.
    """
    if phrases.ELLIPTIC.match(words):
        return (0.85 if marked else 0.6), "question"
    if phrases.REQUEST.match(words):
        return 0.9, "request"
    if phrases.OWN_TOPIC.match(words) or (marked and phrases.TOPIC.match(words)):
        return (0.85 if marked else 0.6), "question"
    statement = phrases.WH_CLAUSE.match(words) is not None
    if not statement and _begins_a_question(words, marked):
        return (0.95 if marked else 0.8), "question"
    if not_asking.REPORTED.search(words) and not not_asking.RELAYED.search(words):
        return None
    inner = None
    title = not_asking.TITLE.search(words)
    before = words[: title.start()] if title else words
    if len(before.split()) >= _FEWEST_WORDS_OF_A_CLAUSE:
        inner = _asking_clause(before, marked) or _asks_in_the_middle(before, marked)
    if inner is not None:
        return (0.9 if marked else 0.65), inner
    return _by_its_mark(words) if marked else None


def _begins_a_question(words: str, marked: bool) -> bool:
    if phrases.WH_QUESTION.match(words):
        return True
    if marked:
        return phrases.AUXILIARY.match(words) is not None
    return phrases.INVERTED.match(words) is not None and not phrases.COMMAND.match(words)


def _asking_clause(words: str, marked: bool) -> Kind | None:
    """Find the question after an opening clause: "If you had to choose, which one would you take"."""
    for start in (end.end() for end in _CLAUSE.finditer(words)):
        clause = core(words[start:])
        if len(clause.split()) < _FEWEST_WORDS_OF_A_CLAUSE or not_asking.NOT_ASKING.match(clause):
            continue
        if phrases.REQUEST.match(clause):
            return "request"
        asks = _begins_a_question(clause, marked) and (marked or phrases.CLAUSE_INVERTED.match(clause))
        if asks and not phrases.WH_CLAUSE.match(clause):
            return "question"
    return None


def _asks_in_the_middle(words: str, marked: bool) -> Kind | None:
    """Find the question in words that run on: "we use a lot of Postgres here have you used it at scale"."""
    if len(words.split()) < _FEWEST_WORDS_RUN_ON:
        return None
    for found in phrases.INNER_QUESTION.finditer(words):
        before, rest = words[: found.start()].rstrip(" ,"), words[found.start() :]
        opens = marked or not phrases.EMBEDDED_AFTER.search(before)
        if before and opens and not not_asking.NOT_ASKING.match(rest):
            return "question"
    for found in phrases.INNER_REQUEST.finditer(words):
        before = words[: found.start()].rstrip(" ,")
        if before and not phrases.TOLD_AFTER.search(before):
            return "request"
    return None


def _by_its_mark(words: str) -> tuple[float, Kind] | None:
    """Judge what only its question mark shows to ask: a statement, a fragment, another language."""
    if other_languages.QUESTION_WORD.match(words) and len(words.split()) > 1:
        return 0.85, "question"
    if not_asking.TAG.search(words) or not_asking.NAMED.search(words) or _ends_in_small_talk(words):
        return None
    count = len(words.split())
    if phrases.WH_WORD.match(words) and count > 1:
        return 0.75, "question"
    return (0.65, "question") if count >= _FEWEST_WORDS_MARKED else None


def _ends_in_small_talk(words: str) -> bool:
    ends = [end.end() for end in _CLAUSE.finditer(words)]
    last = core(words[ends[-1] :]) if ends else ""
    return bool(last) and (last in not_asking.BACKCHANNELS or not_asking.NOT_ASKING.match(last) is not None)
