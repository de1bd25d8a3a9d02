"""Decides whether an utterance continues its speaker's previous one.

Pure. Speech recognition ends an utterance at a pause, speakers pause in the middle of a question, and a full
stop at such a cut means little.
"""

from __future__ import annotations

import re

from llm.questions.fragments import DEPENDS, STATES
from llm.questions.self_answers import answers_itself
from llm.questions.spoken_text import SpokenText
from llm.sentences import plain, spoken

MAX_GAP_S = 4.0
"""Longest silence between two utterances that form one question."""

ONE_SENTENCE_GAP_S = 2.0
"""Longest silence between two utterances that ask only when taken together."""

ONE_BREATH_GAP_S = 0.8
"""Longest silence between two questions that are answered together."""

_PRE_ROLL_S = 0.5
"""An utterance may overlap the previous one, because of the pre-roll before its first word."""

_SURE = 0.8
_RESTATED_SHARE = 0.6
_MAX_TAIL_CHARACTERS = 30
_FEW_WORDS = 4
_MAX_CONTINUATION_WORDS = 9

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
_RESTATES = re.compile(
    r"(?:(?:so|or|oh|well|okay|um|uh),? )*(?:or rather|rather|i mean|what i (?:mean|meant)|sorry|"
    r"no,|wait|let me (?:rephrase|re-phrase|put it|ask (?:it|that))|to put it|in other words|"
    r"put differently|actually|or,? better)\b"
)
"""How a speaker replaces a question with a better one."""


def is_cut_off(current: SpokenText) -> bool:
    """Return whether these words cannot be the end, so that it is too early to answer."""
    return _CUT_OFF.search(current.text.rstrip()) is not None


def join(before: SpokenText, current: SpokenText, *, unanswered: bool) -> SpokenText:
    """Return an utterance, joined to the previous one of its source where the two belong together.

    Args:
        before: The previous utterance, with what was joined to it.
        current: The utterance.
        unanswered: Whether the previous one asked something that the other party has not begun to answer.
    """
    gap_s = current.seconds_after(before)
    if not -_PRE_ROLL_S <= gap_s <= MAX_GAP_S:
        return current
    one_sentence = before.then(current, one_sentence=True)
    if _is_unfinished(before, current):
        opens_question = before.question is not None or before.sets_scene
        joins = current.question is None or (opens_question and one_sentence.question is not None)
        return one_sentence if joins else current
    if unanswered and _continues_question(before, current):
        return one_sentence
    if current.question is not None and before.sets_scene:
        return before.then(current, one_sentence=False)
    neither_asks = current.question is None and not unanswered
    if neither_asks and gap_s <= ONE_SENTENCE_GAP_S and _asks_across(one_sentence, before):
        return one_sentence
    return current


def join_in_one_breath(before: SpokenText, current: SpokenText) -> SpokenText | None:
    """Return two questions that were asked without a pause as one; None when the second stands alone."""
    if not -_PRE_ROLL_S <= current.seconds_after(before) <= ONE_BREATH_GAP_S or not _ends_in_question(before):
        return None
    if _RESTATES.match(plain(current.text)) or _is_restatement(before.text, current.text):
        return None
    return before.then(current, one_sentence=False)


def answers_own_question(before: SpokenText, current: SpokenText) -> bool:
    """Return whether a speaker answers the question of their previous utterance."""
    return (
        bool(before.sentences and current.sentences)
        and current.seconds_after(before) <= MAX_GAP_S
        and answers_itself(spoken(before.sentences[-1].text), current.sentences[0].text)
    )


def _is_unfinished(before: SpokenText, current: SpokenText) -> bool:
    may_go_on = _MAY_GO_ON.search(before.text.rstrip()) and not STATES.match(current.text)
    return is_cut_off(before) or bool(may_go_on)


def _continues_question(before: SpokenText, current: SpokenText) -> bool:
    return (
        _depends_on(before, current)
        and _ends_in_question(before)
        and not answers_own_question(before, current)
    )


def _depends_on(before: SpokenText, current: SpokenText) -> bool:
    """Return whether these words are incomplete without the question before them."""
    if current.question is not None and current.question.confidence >= _SURE:
        return False
    rest = current.sentences
    if not rest or current.is_backchannel or STATES.search(rest[0].text):
        return False
    if current.text[:1].islower():
        is_complete = before.text.rstrip().endswith((".", "?", "!"))
        return not is_complete or len(before.sentences[-1].text.split()) <= _FEW_WORDS
    is_short = len(rest) == 1 and len(rest[0].text.split()) <= _MAX_CONTINUATION_WORDS
    return current.question is None and is_short and DEPENDS.match(current.text) is not None


def _asks_across(joined: SpokenText, before: SpokenText) -> bool:
    """Return whether a joined text surely asks, with words of both utterances in one span."""
    question, seam = joined.question, len(before.text) - 1
    if question is None or question.confidence < _SURE:
        return False
    return any(start < seam < stop for start, stop in question.spans)


def _ends_in_question(before: SpokenText) -> bool:
    question = before.question
    return question is not None and question.spans[-1][1] >= len(before.text) - _MAX_TAIL_CHARACTERS


def _is_restatement(first: str, second: str) -> bool:
    """Return whether a question has so many words of the one before that it replaces it."""
    old, new = set(spoken(first).split()), set(spoken(second).split())
    return len(old & new) >= _RESTATED_SHARE * min(len(old), len(new))
