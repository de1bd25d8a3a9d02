"""Finds the user's prepared answer to a question.

Conservative: a wrong answer does more harm than none, because it is shown as the user's own words. Questions
match when they have the same intent, or the same significant words and no contradicting question word. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bus.messages import PreparedAnswer
from llm.notes.index.intents import intent_of
from llm.notes.index.words import stem, words
from llm.notes.qa_pairs import QaPair, qa_pairs
from llm.notes.read.note_files import Note
from llm.sentences import plain

SAME_KIND_SCORE = 0.9
"""Score of two questions with the same intent."""

WRITTEN_SHARE, ASKED_SHARE = 0.78, 0.58
"""Least share of the written question's words in the asked one, and the other way round."""

GENERIC_WEIGHT = 0.35

_GENERIC_WORDS = """
work working product company job role position current present currently offer provide
system service tool app software platform solution experience main greatest biggest big best
major deal handle manage look looking person people year years day plan like project term
terms kind long much many available possible exactly often support new old reason
"""
_GENERIC = frozenset(map(stem, _GENERIC_WORDS.split()))
"""Words that do not change what a question asks."""

_SYNONYMS = """
large: big size
price: cost costs fee charge pricing
customer: client clients buyer
job: role position
leave: quit resign leaving
handle: deal cope manage
stress: pressure
salary: compensation pay remuneration earn wage
start: begin commence
holiday: vacation
fail: failure failed
conflict: disagreement argument dispute
achieve: accomplish accomplishment achievement
team: squad
competitor: rival competition
boss: manager supervisor
integrate: connect hook interface
trial: try demo pilot
store: keep kept hold host stored
delete: remove erase
secure: safe protect security
cancel: terminate
guarantee: warranty
contract: agreement commitment
install: setup
country: countries
mistake: error
train: training
accurate: precise accuracy
fast: quick quickly speed
hour: hours
remote: home
learn: learnt learned
"""
_CANONICAL = {
    stem(word): stem(name)
    for name, others in (line.split(": ") for line in _SYNONYMS.strip().split("\n"))
    for word in others.split()
}
"""Synonyms, by stem."""

_SET_UP = re.compile(r"\bset(?:ting)? (?:it |this )?up\b")
_LEAD_IN = re.compile(
    r"(?:(?:and|so|but|ok|okay|right|well|now|then|great|good|um|uh|alright|also|just)\b[,.\s]+)+"
)
_HOW_MUCH = re.compile(r"\bhow (?:much|expensive)\b(?! (?:time|notice|experience|data|work|of))")
_SET_PHRASES = re.compile(
    r"\b(?:money back|no (?:internet|signal|network)|without (?:internet|signal|network))\b"
)
_QUESTION_WORD = re.compile(r"\b(why|when|where|who|whose|how (?:long|often|many|soon)|how)\b")


@dataclass(frozen=True)
class _ComparableQuestion:
    """A question in comparable form."""

    intent: str
    question_word: str
    terms: frozenset[str]


class PreparedAnswers:
    """The answers that the user has prepared.

    Args:
        notes: The user's files.
    """

    def __init__(self, notes: Iterable[Note]) -> None:
        self._written = [(entry, _comparable(entry.question)) for entry in qa_pairs(notes)]

    def __len__(self) -> int:
        return len(self._written)

    def best(self, question: str) -> PreparedAnswer | None:
        """Return the answer to this question, or None when none certainly matches."""
        asked = _comparable(question)
        scored = [(_similarity(asked, comparable), entry) for entry, comparable in self._written]
        score, entry = max(scored, key=lambda one: one[0], default=(0.0, None))
        return _answer(entry, score) if entry and score else None


def _answer(entry: QaPair, score: float) -> PreparedAnswer:
    return PreparedAnswer(file=entry.file, question=entry.question, text=entry.reply, score=round(score, 3))


def _comparable(question: str) -> _ComparableQuestion:
    text = _LEAD_IN.sub("", plain(question))
    question_word = _QUESTION_WORD.search(text)
    terms = {_CANONICAL.get(word, word) for word in words(_SET_UP.sub("setup", _SET_PHRASES.sub(" ", text)))}
    if _HOW_MUCH.search(text):
        terms.add(stem("price"))
    if _SET_PHRASES.search(text):
        terms.add(stem("refund" if "back" in text else "offline"))
    return _ComparableQuestion(intent_of(text), question_word[1] if question_word else "", frozenset(terms))


def _similarity(asked: _ComparableQuestion, written: _ComparableQuestion) -> float:
    """Return the score of a match of two questions, 0 for no match."""
    same_words = asked.terms == written.terms and asked.question_word == written.question_word
    if same_words and asked.terms:
        return 1.0
    if asked.intent or written.intent:
        return SAME_KIND_SCORE if asked.intent == written.intent else 0.0
    if _contradict(asked.question_word, written.question_word):
        return 0.0
    common = asked.terms & written.terms
    shares = [_weight(common) / (_weight(side.terms) or 1.0) for side in (written, asked)]
    if shares[0] < WRITTEN_SHARE or shares[1] < ASKED_SHARE or not any(t not in _GENERIC for t in common):
        return 0.0
    return 2 * shares[0] * shares[1] / (shares[0] + shares[1]) * SAME_KIND_SCORE


def _contradict(one: str, other: str) -> bool:
    return one != other and bool(one) and bool(other)


def _weight(terms: Iterable[str]) -> float:
    return sum(GENERIC_WEIGHT if term in _GENERIC else 1.0 for term in terms)
