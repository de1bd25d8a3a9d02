"""Words as the search compares them: lower case, without the words every question has, endings cut.

Pure. The stemming is light on purpose: it joins "migrated", "migrating" and "migrations", and leaves the
rest to the overlap of the other words.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:[+#]+|'(?=s\b))?")

STOP_WORDS = frozenset(
    _WORD.findall(
        """
        a about above actually after again all also am an and another any are as at be because been
        before being below between bit both but by can could currently describe did do does doing don
        down during each ever example explain few for from further get give go got had has have having
        he her here hers him his how i if in into is it its just kind know lately let like little ll lot
        make many may me might more most much must my no nor not now of off on once one only or other
        our out over own please question re really recently s same say see shall share she should so
        some something sort such t take talk tell than thank that the their them then there these they
        thing this those through time to too under until up us use used using ve very walk want was way
        we well were what when where which while who whom why will with would yes you your yours
        """
    )
)
"""Words that tell nothing about what a question is about."""

# fmt: off
_ENDINGS = ("ments", "ment", "ingly", "ness", "ings", "ing", "ions", "ion", "edly", "ers", "ies", "ed", "er",
            "es", "ly", "e", "s", "y")
# fmt: on
_SECOND_ENDINGS = ("at", "e", "i")
_SHORTEST_STEM = 3


def words(text: str) -> list[str]:
    """Return the stems of the words that count, in order."""
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the word without its ending: "migrations" and "migrated" are "migr"."""
    if not word.isascii() or any(letter.isdigit() for letter in word):
        return word
    cut = _without(word, _ENDINGS)
    doubled = cut != word and len(cut) > _SHORTEST_STEM and cut[-1] == cut[-2]
    return _without(cut[:-1] if doubled else cut, _SECOND_ENDINGS)


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
