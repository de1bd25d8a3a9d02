"""Decides what an utterance is to its speaker's one before: the rest of it, more of one breath, or neither.

Pure. A recogniser ends an utterance at a pause, people pause in the middle of what they ask, and a full stop
that was written at a cut says little.
"""

from __future__ import annotations

import re

from llm.questions import non_questions as not_asking
from llm.questions.finding import Question, find_question, sets_a_scene
from llm.questions.self_answers import answers_itself
from llm.questions.spoken_text import SpokenText
from llm.sentences import plain, sentences, spoken

JOIN_WITHIN_S = 4.0
"""Two utterances may be one question when no more than this lies between them."""

ONE_SENTENCE_WITHIN_S = 2.0
"""Two that ask nothing each may be one that does when no more than this lies between them."""

ONE_BREATH_WITHIN_S = 0.8
"""Two questions are asked in one breath when no more than this lies between them."""

_PRE_ROLL_S = 0.5
"""An utterance may reach back into the one before: it begins before its first word."""

_SURE = 0.8
_SAME_WORDS = 0.6
_AFTER_IT_CHARACTERS = 30
_FEW_WORDS = 4
_REST_WORDS = 9

_CUT_OFF = re.compile(
    r"(?:(?:\.\.\.|…|,|[-–—])|\b(?:a|an|the|if|and|or|but|than|your|our|my|their|because|um|uh|i|"
    r"into|between|it's|what's|i'm|whether|me through|(?:part|type|one|some|all|any|end|middle|"
    r"instead|because|terms|lack|case|way|number|use|example|hardest|biggest) of)\.?|\b(?:would|"
    r"could|do|does|did|can|will|should|if|when) (?:you|we|they|he|she|the)\.?)$",
    re.IGNORECASE,
)
_MAY_GO_ON = re.compile(
    r"\b(?:of|to|with|for|in|on|at|by|from|about|as|is|are|was|were|do|does|did|would|could|can|"
    r"will|you|we|that|which|when|how|what|why|where|who|so|like|have|has|had|be|been|some|any|"
    r"this|not|very|more|most|wondering|curious|suppose|imagine|mean)$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"(?:in|with|for|when|if|on|at|by|using|given|without|or|to|from|especially|specifically|"
    r"assuming|than|versus|instead|rather than|during|after|before|while|under|across|between|"
    r"such as|like|of|for example|for instance|considering|within|per)\b",
    re.IGNORECASE,
)

_RESTATES = re.compile(
    r"(?:(?:so|or|oh|well|okay|um|uh),? )*(?:or rather|rather|i mean|what i (?:mean|meant)|sorry|"
    r"no,|wait|let me (?:rephrase|re-phrase|put it|ask (?:it|that))|to put it|in other words|"
    r"put differently|actually|or,? better)\b"
)
"""How a speaker takes back a question to ask it better."""

_STATES = re.compile(
    r"\b(?:i|i'm|i'd|i've|i'll|it's|it is|it was|we|we're|we'll|they're|they are|that's|that is|"
    r"there's|there is)\b",
    re.IGNORECASE,
)
"""What a statement has, and the rest of a question has not."""


def cut_off(said: SpokenText) -> bool:
    """Tell whether these words cannot be the end: it is too early to answer them."""
    return _CUT_OFF.search(said.text.rstrip()) is not None


def joined(before: SpokenText, said: SpokenText, *, waits: bool) -> tuple[SpokenText, Question | None]:
    """Return what was said with what belongs to it of the utterance before, and what it asks.

    Args:
        before: The utterance before, of the same source, with what had been joined to it.
        said: The utterance.
        waits: Whether the one before asked something that nobody has begun to answer.
    """
    alone = find_question(said.text)
    quiet_s = said.seconds_after(before)
    if not -_PRE_ROLL_S <= quiet_s <= JOIN_WITHIN_S:
        return said, alone
    one = before.then(said, one_sentence=True)
    if cut_off(before) or (_MAY_GO_ON.search(before.text.rstrip()) and not _STATES.match(said.text)):
        whole = find_question(one.text)
        opens = find_question(before.text) is not None or sets_a_scene(before.text)
        return (one, whole) if alone is None or (whole is not None and opens) else (said, alone)
    if waits and _goes_on(before, said, alone) and _asks_last(before) and not takes_back(before, said):
        return one, find_question(one.text)
    if alone is not None and sets_a_scene(before.text):
        both = before.then(said, one_sentence=False)
        return both, find_question(both.text)
    if alone is None and not waits and quiet_s <= ONE_SENTENCE_WITHIN_S:
        whole = find_question(one.text)
        if whole is not None and whole.confidence >= _SURE and _spans_both(whole, before):
            return one, whole
    return said, alone


def in_one_breath(before: SpokenText, said: SpokenText) -> tuple[SpokenText, Question | None] | None:
    """Return two questions that were asked without a pause as one, or None when the second stands alone."""
    if not -_PRE_ROLL_S <= said.seconds_after(before) <= ONE_BREATH_WITHIN_S:
        return None
    if not _asks_last(before):
        return None
    if _RESTATES.match(plain(said.text)) or _much_the_same(before.text, said.text):
        return None
    both = before.then(said, one_sentence=False)
    return both, find_question(both.text)


def takes_back(before: SpokenText, said: SpokenText) -> bool:
    """Tell whether a speaker answers what they asked in the utterance before."""
    asked, answer = sentences(before.text), sentences(said.text)
    return (
        bool(asked and answer)
        and said.seconds_after(before) <= JOIN_WITHIN_S
        and answers_itself(spoken(asked[-1]), answer[0])
    )


def only_listens(text: str) -> bool:
    """Tell whether an utterance is nothing but "mm-hmm"."""
    return all(plain(sentence) in not_asking.BACKCHANNELS for sentence in sentences(text))


def _goes_on(before: SpokenText, said: SpokenText, alone: Question | None) -> bool:
    """Tell whether these words only make sense after the question before them."""
    if alone is not None and alone.confidence >= _SURE:
        return False
    rest = sentences(said.text)
    if not rest or only_listens(said.text) or _STATES.search(rest[0]):
        return False
    if said.text[:1].islower():
        whole_before = before.text.rstrip().endswith((".", "?", "!"))
        return not whole_before or len(sentences(before.text)[-1].split()) <= _FEW_WORDS
    fits = len(rest) == 1 and len(rest[0].split()) <= _REST_WORDS
    return alone is None and fits and _CONTINUES.match(said.text) is not None


def _spans_both(whole: Question, before: SpokenText) -> bool:
    return any(start < len(before.text) - 1 < stop for start, stop in whole.spans)


def _asks_last(before: SpokenText) -> bool:
    """Tell whether an utterance ends with what it asks."""
    asked = find_question(before.text)
    return asked is not None and asked.spans[-1][1] >= len(before.text) - _AFTER_IT_CHARACTERS


def _much_the_same(first: str, second: str) -> bool:
    """Tell whether a question is the one before in other words, so that it takes its place."""
    old, new = set(spoken(first).split()), set(spoken(second).split())
    return len(old & new) >= _SAME_WORDS * min(len(old), len(new))
