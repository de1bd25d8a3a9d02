"""Cuts what was said into sentences, and strips what people say before they say it.

Pure, and about spoken English as a recogniser writes it: punctuation is mostly there, never to be relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"[.!?…。？！]+[\"'”’)]*(?=\s|$)")
_NO_END = re.compile(r"\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|approx|no)\.$", re.IGNORECASE)

_LEAD_IN = re.compile(
    r"(?:(?:(?:my |the |just )?(?:first|next|last|final|other|second|quick) question(?: is| for you is)?|"
    r"(?:so )?(?:my|the) question(?: for you| here)? is|(?:one more|another) question|"
    r"let me ask(?: you)?(?: this| that| one more thing)?|"
    r"i have (?:a|another|one more) question(?: for you)?|(?:just )?out of curiosity|just curious|"
    r"moving on|to start(?: with| off)?|to begin with|let's start with this|going back to that|"
    r"i guess|so|okay|ok|well|um+|uh+|erm|hmm+|ah|oh|alright|all right|right|great|cool|perfect|awesome|sure|"
    r"nice|excellent|fantastic|wonderful|interesting|good|and|but|now|then|yeah|yes|no|hey|hi|hello|look|"
    r"listen|actually|basically|anyway|also|first|firstly|next|finally|lastly|i see|i mean|you know|like|"
    r"thanks|thank you|please|got it|makes sense|fair enough)"
    r"(?:\s*[,:;.–—-]+\s*|\s+|$))+",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, each with its punctuation."""
    return [sentence for piece in _pieces(" ".join(text.split())) if (sentence := piece.strip())]


def without_lead_in(sentence: str) -> str:
    """Return the sentence without fillers and announcements ("Okay, so, next question: …")."""
    found = _LEAD_IN.match(sentence)
    rest = sentence[found.end() :] if found else sentence
    return rest if any(letter.isalnum() for letter in rest) else sentence


def plain(sentence: str) -> str:
    """Return the sentence in lower case, with straight apostrophes and no punctuation at its ends."""
    straight = sentence.lower().replace("’", "'").replace("…", "...")
    return " ".join(straight.strip(' \t.,;:!?。？！"“”()-–—').split())


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        if not _NO_END.search(text[start : end.end()]):
            yield text[start : end.end()]
            start = end.end()
    yield text[start:]
