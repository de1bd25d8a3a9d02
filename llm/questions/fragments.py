"""Joins a question to fragments that complete it. Pure.

In a turn with a pause, Whisper writes "What would you do? If the server failed." for one question.
"""

from __future__ import annotations

import re

from llm.questions.non_questions import BACKCHANNELS
from llm.sentences import Sentence, plain

_MOST_WORDS = 14
_SHORT_QUESTION_WORDS = 7
_FEW_WORDS_BEFORE_VERB = 4

_ASKS = re.compile(
    r"(?:(?:so|and|well|okay|now|um|uh),? )*(?:what|why|how|when|where|who|which|whose|in which|at what|can|"
    r"could|would|will|do|does|did|have|has|is|are|was|were|should|tell|describe|explain|walk|give|talk|please)\b"
)
DEPENDS = re.compile(
    r"(?:about|after|against|among|and|as|assuming|at|because|before|between|but|by|considering|during|"
    r"especially|for|from|given|specifically|"
    r"if|in|instead|into|like|of|on|or|over|per|rather than|since|so that|such as|than|that|through|to|under|"
    r"until|using|versus|when|where|which|while|who|whose|with|within|without)\b",
    re.IGNORECASE,
)
"""How the rest of a question begins."""
_OBJECT = re.compile(
    r"(?:a|an|the|any|some|each|every|\d+|one|two|three|four|five|ten|your|this|these|those|how|what|whether|why)\b"
)
STATES = re.compile(
    r"\b(?:i|i'm|i'd|i've|i'll|it's|it|we|we're|we'll|they|they're|that's|that is|there's|there is|this is|"
    r"these are)\b",
    re.IGNORECASE,
)
"""Words of a statement, which the rest of a question does not have."""
_OWN_REASON = re.compile(r"(?:because|and|but|so) (?:i|we)\b")
_OPEN = re.compile(
    r".*\b(?:about|of|describe|explain|tell me|tell us|show me|walk me through|rather|through|between|with|"
    r"in|for|to|at|on|whether|that|which)$|(?:if|when|suppose|imagine|given|assuming)\b.*"
)
"""Words after which a question continues."""
_PHRASE = re.compile(
    r"(?:(?:so|and) )?(?:(?:at|in|on|for|to|with|from|by) )?(?:what|which|how many|how much|how often|whose)"
    r"(?: (?!is|are|was|were|do|does|did|would|will|can|could|should|have|has|had)\w+){1,4}$"
)
"""The beginning of a question, without a verb: "how many people"."""
_IS = re.compile(r"(?:is|are|was|were|means|has|have)\b")


def with_fragments(sentences: list[Sentence]) -> list[Sentence]:
    """Return the sentences of a turn, questions joined with the fragments that complete them."""
    joined: list[Sentence] = []
    for sentence in sentences:
        if joined and _completes(joined[-1], sentence):
            before = joined.pop()
            text = f"{before.text.rstrip(' .…,;?-–—')} {sentence.text[:1].lower()}{sentence.text[1:]}"
            sentence = Sentence(before.start, sentence.stop, text)
        joined.append(sentence)
    return joined


def _completes(question: Sentence, sentence: Sentence) -> bool:
    asked, words = plain(question.text), plain(sentence.text)
    if words in BACKCHANNELS or len(words.split()) > _MOST_WORDS:
        return False
    asks = _ASKS.match(asked) is not None
    end = asked.rstrip(" .?!,")
    if _PHRASE.match(end) or (_OPEN.match(end) and (asks or _ASKS.match(words))):
        return True
    if not asks or STATES.match(words) or _OWN_REASON.match(words):
        return False
    if sentence.text.rstrip().endswith("?") and not _ASKS.match(words):
        return True
    if DEPENDS.match(words):
        return True
    is_short = len(asked.split()) <= _SHORT_QUESTION_WORDS
    return is_short and _OBJECT.match(words) is not None and not _states_something(words)


def _states_something(words: str) -> bool:
    return any(_IS.match(word) for word in words.split()[1:_FEW_WORDS_BEFORE_VERB])
