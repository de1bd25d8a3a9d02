"""Finds the question in what someone said.

Pure: one utterance's text in, at most one question out. Rules for English; in other languages only the
question mark counts. It does not know who spoke or what was said before: see `llm.listening`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from llm import phrases
from llm.sentences import plain, sentences, without_lead_in

Kind = Literal["question", "request"]

MAX_CHARACTERS = 600
"""A question is cut to its last so many characters; nobody asks longer ones."""

_MARKS = ("?", "？", "؟")
_CLAUSE = re.compile(r"[,;:–—]\s+| - ")
_TAG_WORDS = 4
_FEWEST_WORDS_FOREIGN = 3


@dataclass(frozen=True)
class Question:
    """A question found in an utterance."""

    text: str
    """Only the sentences that ask."""
    confidence: float
    """0 to 1."""
    kind: Kind
    leans: bool
    """It is short and points back ("and why that one?"): with a question before it, it is a follow-up."""


@dataclass(frozen=True)
class _Judged:
    text: str
    confidence: float
    kind: Kind


def find_question(text: str) -> Question | None:
    """Return the question in an utterance, or None.

    Sentences that ask and stand together are one question; of several groups the last counts, because
    it is the one that waits for an answer.
    """
    said = sentences(text)
    judged = [_judge(sentence, following) for sentence, following in zip(said, [*said[1:], ""], strict=False)]
    group = _last_group(judged)
    if not group:
        return None
    asked = " ".join(part.text for part in group)[-MAX_CHARACTERS:]
    best = max(group, key=lambda part: part.confidence)
    return Question(asked, best.confidence, best.kind, leans=all(_leans(part.text) for part in group))


def _last_group(judged: list[_Judged | None]) -> list[_Judged]:
    group: list[_Judged] = []
    for part in reversed(judged):
        if part is not None:
            group.insert(0, part)
        elif group:
            break
    return group


def _judge(sentence: str, following: str) -> _Judged | None:
    """Judge one sentence, knowing the one after it."""
    core = without_lead_in(sentence)
    words, marked = plain(core), core.rstrip("\"'”’) ").endswith(_MARKS)
    if words in phrases.BACKCHANNELS or any(map(phrases.NOT_ASKING.match, (words, plain(sentence)))):
        return None
    if _answers_itself(words, plain(without_lead_in(following))) or phrases.REPORTED.search(words):
        return None
    found = _ask(words, marked)
    return _Judged(core[:1].upper() + core[1:], *found) if found else None


def _ask(words: str, marked: bool) -> tuple[float, Kind] | None:
    """Return how surely, and in which way, these words ask."""
    if phrases.REQUEST.match(words):
        return 0.9, "request"
    if phrases.ELLIPTIC.match(words):
        return (0.75 if marked else 0.55), "question"
    statement = phrases.WH_CLAUSE.match(words) is not None
    asks = phrases.WH_QUESTION.match(words) or phrases.INVERTED.match(words)
    if asks and not statement:
        return (0.95 if marked else 0.75), "question"
    inner = _asking_clause(words)
    if inner is not None:
        return (0.9 if marked else 0.65), inner
    if not marked or _only_tagged(words):
        return None
    count = len(words.split())
    if phrases.WH_WORD.match(words) and count > 1 and not statement:
        return 0.75, "question"
    return (0.6, "question") if count >= _FEWEST_WORDS_FOREIGN else None


def _asking_clause(words: str) -> Kind | None:
    """Find the question after an opening clause: "If you had to choose, which one would you take"."""
    for clause in _CLAUSE.split(words)[1:]:
        core = plain(without_lead_in(clause))
        if len(core.split()) < _TAG_WORDS or phrases.NOT_ASKING.match(core):
            continue
        if phrases.REQUEST.match(core):
            return "request"
        if phrases.WH_CLAUSE.match(core):
            continue
        if phrases.WH_QUESTION.match(core) or phrases.INVERTED.match(core):
            return "question"
    return None


def _only_tagged(words: str) -> bool:
    return phrases.TAG.search(words) is not None


def _answers_itself(words: str, following: str) -> bool:
    if phrases.SELF_ANSWER.match(following):
        return True
    defines = phrases.DEFINES.match(following) is not None
    return defines and re.match(r"(?:what|who|which)(?:'s| is| was| are| were)\b", words) is not None


def _leans(text: str) -> bool:
    words = plain(without_lead_in(text))
    if phrases.ELLIPTIC.match(words):
        return True
    short = len(words.split()) <= 9
    continues = re.match(r"(?:and|but|so|or)\b", plain(text)) is not None
    return (short or continues) and phrases.POINTS_BACK.search(words) is not None
