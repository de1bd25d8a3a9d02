"""Counts fillers and repetitions in the transcript of an English answer. Pure.

Precise rather than complete: an ambiguous word ("like", "you know", "kind of") counts only where its
neighbours mark it as a filler. Whisper itself omits many fillers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from llm.notes.index.words import STOP_WORDS

FAVOURITE_FROM = 4
"""Least count of a word that is reported as frequent."""

_TOKEN = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[,.;:?!…—–]")

_SOUNDS = frozenset(_TOKEN.findall("um umm uh uhm uhh er erm err hm hmm hmmm mhm ah eh"))
_EMPTY = frozenset(_TOKEN.findall("basically literally"))
_SET_OFF = frozenset(_TOKEN.findall("actually honestly obviously right"))
"""Fillers only between commas or sentence boundaries."""

_BEFORE_A_KIND = frozenset(
    _TOKEN.findall(
        "a an the this that these those what which some any each every one another same different new "
        "certain no all other my your his her its our their of two three many several right best first"
    )
)
"""After these, "kind of" and "sort of" name a kind."""

_KNOWERS = frozenset(
    _TOKEN.findall("do does did if as what when how would should can could don't didn't before let")
)
_KNOWN = frozenset(
    _TOKEN.findall("that how what why where who whether if about the a an it this your my him her them")
)
_MEANERS = frozenset(_TOKEN.findall("what that do does did would i'd didn't don't"))
_BE = frozenset(_TOKEN.findall("was is were are be i'm it's he's she's they're we're"))
_AFTER_FILLING_LIKE = frozenset(_TOKEN.findall("really so super totally very literally um uh"))
_OPENERS = frozenset(_TOKEN.findall("and but so or because then"))


def count_fillers(text: str) -> dict[str, int]:
    """Return the fillers in a text with their counts, the most frequent first."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    found = Counter(filter(None, (_filler_at(tokens, at) for at in range(len(tokens)))))
    return dict(found.most_common())


def count_doubled(text: str) -> int:
    """Return how often a word or a pair of words is repeated at once."""
    words = _words(text)
    count = at = 0
    while at < len(words):
        width = next((n for n in (2, 1) if _is_doubled(words, at, n)), 0)
        count += bool(width)
        at += width or 1
    return count


def find_favourites(text: str) -> dict[str, int]:
    """Return the most frequent content words with their counts."""
    meaning = (word for word in _words(text) if word not in STOP_WORDS and word not in _SOUNDS)
    counted = Counter(word for word in meaning if len(word) > 2 and "'" not in word)
    return {word: count for word, count in counted.most_common(3) if count >= FAVOURITE_FROM}


def _words(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text.lower().replace("’", "'")) if token[0].isalnum()]


def _is_doubled(words: Sequence[str], at: int, width: int) -> bool:
    first, second = words[at : at + width], words[at + width : at + 2 * width]
    # "had had" and "that that" are grammar; "very very" is emphasis.
    return first == second and first not in (["had"], ["that"], ["very"], ["really"])


def _filler_at(tokens: Sequence[str], at: int) -> str:
    """Return the filler that begins at this token, or an empty text."""
    token, before, after = tokens[at], _at(tokens, at - 1), _at(tokens, at + 1)
    if token in _SOUNDS or token in _EMPTY:
        return token
    if token in _SET_OFF and _is_bound(before) and _is_bound(after):
        return "" if token == "right" and after == "." else token
    if token == "like":
        return token if _like_fills(before, after) else ""
    pair, beyond = f"{token} {after}", _at(tokens, at + 2)
    if pair in ("kind of", "sort of"):
        return "" if before in _BEFORE_A_KIND or beyond in _BEFORE_A_KIND else pair
    if pair == "you know":
        return pair if _is_aside(before, beyond, _KNOWERS, _KNOWN) else ""
    if pair == "i mean":
        return pair if _is_aside(before, beyond, _MEANERS, frozenset({"that", "to", "it"})) else ""
    return ""


def _like_fills(before: str, after: str) -> bool:
    """Return whether this "like" is a filler, not a verb or a comparison."""
    if after == "," or after == "like":
        return _is_bound(before) or before in _OPENERS or before in _BE
    return before in _BE and (after.isdigit() or after in _AFTER_FILLING_LIKE)


def _is_aside(before: str, after: str, verbs: frozenset[str], objects: frozenset[str]) -> bool:
    """Return whether the words are an aside, not a verb: by a comma after them, or by their neighbours."""
    if before in verbs:
        return False
    return _is_bound(after) or after not in objects


def _at(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if 0 <= at < len(tokens) else ""


def _is_bound(token: str) -> bool:
    return not token or not token[0].isalnum()
