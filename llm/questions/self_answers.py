"""Detects a question that its own speaker answers: "Why did we pick Go? Because we knew it."

Pure: compares a question with the next sentence of the same source. When two people share a source, one
speaker's answer may count as the other's own, except after a question with "you".
"""

from __future__ import annotations

import re

from llm.questions import question_phrases as phrases
from llm.sentences import core, spoken

_ANSWERS = re.compile(
    r"(?:because|'cause|it's because|that's because|it was because|the (?:short |simple |"
    r"honest )?answer|simple|simply|easy|it turns out|turns out|in short,|nobody|no one|nothing|exactly|"
    r"of course)\b|well,? (?!i\b|i'm|i've|i'd|not sure|anyway|take|let|tell)\w+"
)
"""Beginnings of an answer to one's own question."""

_YES_OR_NO = re.compile(
    r"(?:yes|no|nope|yep|yeah|yup|of course|not (?:really|even|at all|quite|exactly|necessarily|"
    r"always)|absolutely|definitely|certainly|maybe not|probably not|hardly|never|always|sometimes|"
    r"not a)\b"
)
"""Beginnings of an answer to one's own yes-or-no question."""

_AMOUNT = re.compile(
    r"(?:about|around|roughly|nearly|almost|over|only|none|zero|some|exactly|more than|less than|"
    r"at least|\d|one|two|three|four|five|six|seven|eight|nine|ten|a (?:lot|few|couple|hundred|"
    r"thousand|million))\b"
)
"""Beginnings of an answer to one's own "How many …?"."""

_DEFINES = re.compile(r"(?:it's|it is|that's|that is|this is|it was|they're|they are|it means)\b")
"""Beginnings of an answer to one's own "What is …?"."""

_ASKS_WHAT_IT_IS = re.compile(r"(?:what|who|which)(?:'s| is| was| are| were)\b")
_ASKS_HOW_MUCH = re.compile(r"how (?:many|much|long|often|far|big|old)\b")
_FIRST_PERSON = re.compile(r"\b(?:i|my|me)\b")
"""A speaker does not answer that themself: "Can I eat this?" """
_ASKS_WHO = re.compile(r"who\b")
_OF_WHAT = re.compile(r"(?:what|who|where|when|why|how)(?:'s| is| are| was| were| do| does| did) ")
_SUBJECT = re.compile(
    r"(?:do|does|did|is|are|was|were|have|has|can|could|will|would|should) (we|they|it|that|he|she|"
    r"i)\b"
)
_SAME = {"that": ("that", "it"), "this": ("this", "it", "that"), "it": ("it", "that")}


def answers_itself(words: str, following: str) -> bool:
    """Return whether the sentence after a question answers it.

    Args:
        words: The question in spoken form, without lead-in.
        following: The sentence after it; empty when there is none.
    """
    answer = spoken(following)
    if not answer:
        return False
    to_you = phrases.TO_YOU.search(words) is not None
    if _ANSWERS.match(answer) and not (to_you and answer.startswith("well")):
        return True
    if to_you or following.rstrip().endswith("?"):
        return False
    return _answers_by_form(words, answer) or _repeats_subject(words, core(answer))


def _answers_by_form(words: str, answer: str) -> bool:
    if phrases.AUXILIARY.match(words) and (not _FIRST_PERSON.search(words) or _FIRST_PERSON.search(answer)):
        return _YES_OR_NO.match(answer) is not None
    if _ASKS_HOW_MUCH.match(words):
        return _AMOUNT.match(answer) is not None
    if _ASKS_WHO.match(words) and re.search(r"\b(?:does|did|do|is|are|was)$", answer):
        return True
    return _ASKS_WHAT_IT_IS.match(words) is not None and _DEFINES.match(answer) is not None


def _repeats_subject(words: str, answer: str) -> bool:
    """Return whether the answer begins with the question's subject: "What is a monad? A monad is …"."""
    subject = _SUBJECT.search(words)
    if subject and re.match(rf"(?:{'|'.join(_SAME.get(subject[1], (subject[1],)))})\b", answer):
        return True
    asked = _OF_WHAT.match(words)
    topic = words[asked.end() :].split()[:3] if asked else []
    return len(topic) > 1 and answer.startswith(" ".join(topic[:2]) + " ")
