"""Tells whether whoever asked goes on to answer it: "Why did we pick Go? Because we knew it."

Pure: a question and the sentence after it, both of one speaker. Where two people share a source and an
utterance, the second one's answer may be taken for the first one's own; a question "to you" never is.
"""

from __future__ import annotations

import re

from llm.questions import phrases
from llm.sentences import core, spoken

_ANSWERS = re.compile(
    r"(?:because|'cause|it's because|that's because|it was because|the (?:short |simple |"
    r"honest )?answer|simple|simply|easy|it turns out|turns out|in short,|nobody|no one|nothing|exactly|"
    r"of course)\b|well,? (?!i\b|i'm|i've|i'd|not sure|anyway|take|let|tell)\w+"
)
"""How a speaker answers what he just asked himself."""

_SETTLES = re.compile(
    r"(?:yes|no|nope|yep|yeah|yup|of course|not (?:really|even|at all|quite|exactly|necessarily|"
    r"always)|absolutely|definitely|certainly|maybe not|probably not|hardly|never|always|sometimes|"
    r"not a)\b"
)
"""How a speaker settles his own yes-or-no question."""

_AN_AMOUNT = re.compile(
    r"(?:about|around|roughly|nearly|almost|over|only|none|zero|some|exactly|more than|less than|"
    r"at least|\d|one|two|three|four|five|six|seven|eight|nine|ten|a (?:lot|few|couple|hundred|"
    r"thousand|million))\b"
)
"""How a speaker answers his own "How many …?"."""

_DEFINES = re.compile(r"(?:it's|it is|that's|that is|this is|it was|they're|they are|it means)\b")
"""How a speaker answers his own "What is …?"."""

_ASKS_WHAT_IT_IS = re.compile(r"(?:what|who|which)(?:'s| is| was| are| were)\b")
_ASKS_HOW_MUCH = re.compile(r"how (?:many|much|long|often|far|big|old)\b")
_OF_MYSELF = re.compile(r"\b(?:i|my|me)\b")
"""Nobody settles that themself: "Can I eat this?" """
_ASKS_WHO = re.compile(r"who\b")
_OF_WHAT = re.compile(r"(?:what|who|where|when|why|how)(?:'s| is| are| was| were| do| does| did) ")
_SUBJECT = re.compile(
    r"(?:do|does|did|is|are|was|were|have|has|can|could|will|would|should) (we|they|it|that|he|she|"
    r"i)\b"
)
_SAME = {"that": ("that", "it"), "this": ("this", "it", "that"), "it": ("it", "that")}


def answers_itself(words: str, following: str) -> bool:
    """Tell whether the sentence after a question answers it.

    Args:
        words: The question in spoken form, without what leads it in.
        following: The sentence after it as it was said; empty when there is none.
    """
    said = spoken(following)
    if not said:
        return False
    to_you = phrases.TO_YOU.search(words) is not None
    if _ANSWERS.match(said) and not (to_you and said.startswith("well")):
        return True
    if to_you or following.rstrip().endswith("?"):
        return False
    return _settles(words, said) or _says_it_again(words, core(said))


def _settles(words: str, said: str) -> bool:
    if phrases.AUXILIARY.match(words) and (not _OF_MYSELF.search(words) or _OF_MYSELF.search(said)):
        return _SETTLES.match(said) is not None
    if _ASKS_HOW_MUCH.match(words):
        return _AN_AMOUNT.match(said) is not None
    if _ASKS_WHO.match(words) and re.search(r"\b(?:does|did|do|is|are|was)$", said):
        return True
    return _ASKS_WHAT_IT_IS.match(words) is not None and _DEFINES.match(said) is not None


def _says_it_again(words: str, said: str) -> bool:
    """Tell whether the answer begins with what the question is about: "What is a monad? A monad is …"."""
    subject = _SUBJECT.search(words)
    if subject and re.match(rf"(?:{'|'.join(_SAME.get(subject[1], (subject[1],)))})\b", said):
        return True
    asked_of = _OF_WHAT.match(words)
    about = words[asked_of.end() :].split()[:3] if asked_of else []
    return len(about) > 1 and said.startswith(" ".join(about[:2]) + " ")
