"""Splits transcripts into sentences and normalizes them for pattern matching.

Pure. Transcribed English has unreliable punctuation, fillers, repeated words and lost apostrophes; they are
repaired only in the form that is matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[.!?…。？！]+[\"'”’)]*(?=\s|$)")
_NO_END = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|a\.m|p\.m|u\.s|u\.k|inc|jr|sr|approx|no)\.$", re.IGNORECASE
)

_LEAD_IN = re.compile(
    r"\s*(?:(?:(?:my |the |just )?(?:first|next|last|final|other|second|quick) question(?: is|"
    r" for you is)?|"
    r"(?:so )?(?:my|the) question(?: for you| here)? is|(?:one more|another) question|"
    r"(?:so )?the (?:first|next|last|other) (?:one|thing) is|"
    r"let me ask(?: you)?(?: this| that| one more thing)?|let me (?:rephrase|re-phrase)(?: that| it)?|"
    r"i have (?:a|another|one more) question(?: for you)?|(?:just )?out of curiosity|just curious|"
    r"moving on|to (?:start|kick)(?: (?:things|us))?(?: with| off)?|to begin with|let's start with this|"
    r"going back to that|one more thing|by the way|or rather|in other words|put differently|"
    r"i guess|i think|so|okay|ok|well|um+|uh+|erm|hmm+|mm-hmm|ah|oh|alright|all right|right|great|cool|"
    r"perfect|awesome|sure|nice|excellent|fantastic|wonderful|interesting|good|and|but|now|then|yeah|yes|"
    r"no|"
    r"hey|hi|hello|look|listen|actually|basically|anyway|also|first|firstly|next|finally|lastly|honestly|"
    r"i see|i mean|you know|like|thanks(?! for)|thank you(?! for)|please|got it|makes sense|fair enough|"
    r"sorry|excuse me|"
    r"hang on|hold on|wait|again|just)"
    r"(?:\s*[,:;.–—-]+\s*|\s+|$))+",
    re.IGNORECASE,
)
_FILLERS = re.compile(r"\b(?:u+m+|u+h+|erm?|hmm+|mm+)\b,?\s*")
_REPEATED = re.compile(r"\b([\w']+(?: [\w']+){0,3}),? \1\b")
_PAUSES = re.compile(r"\s*(?:\.\.\.|…)\s*")
_NO_APOSTROPHE = re.compile(
    r"\b(?:(what|that|how|where|who|when|it|there|here|let)s|"
    r"(do|does|did|is|are|was|were|has|have|had|would|could|should|ca|wo)nt|"
    r"(you|we|they|i)(ve|ll|re)|i(m|d)|you(d))\b"
)
_AMBIGUOUS = frozenset({"its", "lets", "wont", "cant", "were", "well", "ill", "id", "hows"})


@dataclass(frozen=True)
class Sentence:
    """A sentence and its place in the text."""

    start: int
    stop: int
    text: str
    """Words and punctuation, with single spaces."""


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, each with its punctuation."""
    return [sentence.text for sentence in placed_sentences(text)]


def placed_sentences(text: str) -> list[Sentence]:
    """Return the sentences of `text` in order, with their offsets."""
    return [sentence for start, stop in _pieces(text) if (sentence := _cut(text, start, stop)).text]


def without_lead_in(text: str, sentence: Sentence, lead_in: re.Pattern[str] = _LEAD_IN) -> Sentence:
    """Return the sentence of `text` without fillers and announcements ("Okay, so, next question: …")."""
    found = lead_in.match(text, sentence.start, sentence.stop)
    rest = _cut(text, found.end(), sentence.stop) if found else sentence
    return rest if any(letter.isalnum() for letter in rest.text) else sentence


def core(words: str) -> str:
    """Return the words without lead-in, or all of them when nothing else is left."""
    found = _LEAD_IN.match(words)
    return (words[found.end() :] if found else words) or words


def plain(sentence: str) -> str:
    """Return the sentence in lower case, with straight apostrophes and no punctuation at its ends."""
    straight = sentence.lower().replace("’", "'").replace("…", "...")
    return " ".join(straight.strip(' \t.,;:!?。？！"“”()-–—¿¡').split())


def spoken(sentence: str) -> str:
    """Return the plain form without fillers and repetitions, with apostrophes restored."""
    words = _FILLERS.sub("", _PAUSES.sub(" ", plain(sentence)))
    words = _NO_APOSTROPHE.sub(_with_apostrophe, words)
    once = _REPEATED.sub(r"\1", words)
    while once != words:
        words, once = once, _REPEATED.sub(r"\1", once)
    return " ".join(words.split()).strip(" ,;-")


def _with_apostrophe(found: re.Match[str]) -> str:
    bare = found.group()
    if bare in _AMBIGUOUS:
        return {"hows": "how's", "cant": "can't", "wont": "won't"}.get(bare, bare)
    if bare.endswith("nt"):
        return f"{bare[:-2]}n't"
    tail = 1 if bare.endswith(("s", "m", "d")) else 2
    return f"{bare[:-tail]}'{bare[-tail:]}"


def _cut(text: str, start: int, stop: int) -> Sentence:
    piece = text[start:stop]
    start += len(piece) - len(piece.lstrip())
    stop -= len(piece) - len(piece.rstrip())
    return Sentence(start, max(start, stop), " ".join(piece.split()))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(text):
        if not _NO_END.search(text[start : end.end()]):
            yield start, end.end()
            start = end.end()
    yield start, len(text)
