"""Finds the user's own reply to what was asked, when they wrote one.

Pure, and careful: a reply that does not fit does more harm than none, because it is shown as the user's own
words. Two questions are the same when they ask the same of a well-known kind ("intents"), or when the words
that count are the same and the question word does not say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bus.messages import PreparedAnswer
from llm.notes.index.intents import intent_of
from llm.notes.index.words import stem, words
from llm.notes.qa_pairs import Foreseen, foreseen
from llm.notes.read.note_files import Note
from llm.sentences import plain

SAME_KIND_SCORE = 0.9
"""How sure it is that two questions of one well-known kind are one."""

WRITTEN_SHARE, ASKED_SHARE = 0.78, 0.58
"""The least share of the written question's words that must be asked, and the other way round."""

GENERIC_WEIGHT = 0.35

_GENERIC_WORDS = """
work working product company job role position current present currently offer provide
system service tool app software platform solution experience main greatest biggest big best
major deal handle manage look looking person people year years day plan like project term
terms kind long much many available possible exactly often support new old reason
"""
_GENERIC = frozenset(map(stem, _GENERIC_WORDS.split()))
"""Words that a question may have or lack without asking for something else."""

_ALIKE = """
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
_SAME = {
    stem(word): stem(name)
    for name, others in (line.split(": ") for line in _ALIKE.strip().split("\n"))
    for word in others.split()
}
"""Words that ask the same, by the one that stands for them."""

_SET_UP = re.compile(r"\bset(?:ting)? (?:it |this )?up\b")
_LEAD_IN = re.compile(
    r"(?:(?:and|so|but|ok|okay|right|well|now|then|great|good|um|uh|alright|also|just)\b[,.\s]+)+"
)
_HOW_MUCH = re.compile(r"\bhow (?:much|expensive)\b(?! (?:time|notice|experience|data|work|of))")
_OFTEN_SAID = re.compile(
    r"\b(?:money back|no (?:internet|signal|network)|without (?:internet|signal|network))\b"
)
_ASKS_FOR = re.compile(r"\b(why|when|where|who|whose|how (?:long|often|many|soon)|how)\b")


@dataclass(frozen=True)
class _Sense:
    """What a question asks, in comparable form."""

    intent: str
    asks_for: str
    terms: frozenset[str]


class Prepared:
    """The replies that the user wrote beforehand.

    Args:
        notes: The user's files.
    """

    def __init__(self, notes: Iterable[Note]) -> None:
        self._written = [(entry, _sense(entry.question)) for entry in foreseen(notes)]

    def __len__(self) -> int:
        return len(self._written)

    def best(self, question: str) -> PreparedAnswer | None:
        """Return the reply to this question, or None when there is none that surely fits."""
        asked = _sense(question)
        judged = [(_likeness(asked, sense), entry) for entry, sense in self._written]
        score, entry = max(judged, key=lambda one: one[0], default=(0.0, None))
        return _answer(entry, score) if entry and score else None


def _answer(entry: Foreseen, score: float) -> PreparedAnswer:
    return PreparedAnswer(file=entry.file, question=entry.question, text=entry.reply, score=round(score, 3))


def _sense(question: str) -> _Sense:
    text = _LEAD_IN.sub("", plain(question))
    asks_for = _ASKS_FOR.search(text)
    terms = {_SAME.get(word, word) for word in words(_SET_UP.sub("setup", _OFTEN_SAID.sub(" ", text)))}
    if _HOW_MUCH.search(text):
        terms.add(stem("price"))
    if _OFTEN_SAID.search(text):
        terms.add(stem("refund" if "back" in text else "offline"))
    return _Sense(intent_of(text), asks_for[1] if asks_for else "", frozenset(terms))


def _likeness(asked: _Sense, written: _Sense) -> float:
    """Return how sure it is that two questions are one, 0 for not sure enough."""
    same_words = asked.terms == written.terms and asked.asks_for == written.asks_for
    if same_words and asked.terms:
        return 1.0
    if asked.intent or written.intent:
        return SAME_KIND_SCORE if asked.intent == written.intent else 0.0
    if _contradict(asked.asks_for, written.asks_for):
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
