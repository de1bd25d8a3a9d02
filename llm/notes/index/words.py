"""Stems of the significant words of a text: lower case, without stop words.

Pure. Stemming is deliberately light: it joins "migrated", "migrating" and "migrations", and not more.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+[+#]*")

STOP_WORDS = frozenset(
    _WORD.findall(
        """
        a about above actually after again all also always am an and another any anybody anyone
        anything are around as at away be because become been before being below best between
        biggest bit both briefly but by came can certain come comes could couple curious currently
        describe did do does doing don down during each else er ever everybody everyone everything
        exactly example explain feel felt few for from further gave general generally get give gives
        go goes going gone good got great greatest guess had happen happened happening happens has
        have having he hear heard hello her here hers herself him himself his hmm how i if in
        interesting into is it its itself just kind kinds knew know known knows lately less let like
        little ll look looked looking looks lot lots made make makes many may maybe me mean means
        might more most much must my myself never nice no nobody nor not nothing now of off often ok
        okay on once one ones only or other our ourselves out over own part particular particularly
        parts perhaps please put question quickly quite rather re really recently regarding s said
        same say saying see seem seems seen several shall share she should shows since so some
        somebody someone something sometimes somewhere sort sounds specific specifically still stuff
        such sure t take talk tell tend than thank that the their them themselves then there these
        they thing things think this those thought through time to too toward typically uh um under
        until up us use used using usual usually various ve very walk want was way we well were what
        whatever when where whether which while who whom why will with within without wonder
        wondering would yes yet you your yours yourself yourselves
        """
    )
)
"""Words that are not significant for the topic of a question."""

# fmt: off
_ENDINGS = ("ments", "ment", "ingly", "ness", "ings", "ing", "ions", "ion", "edly", "ers", "ies", "ed", "er",
            "es", "ly", "e", "s", "y")
# fmt: on
_SECOND_ENDINGS = ("at", "e", "i")
_SHORTEST_STEM = 3


def words(text: str) -> list[str]:
    """Return the stems of the significant words, in order."""
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the word without its ending: "migrations" and "migrated" are "migr"."""
    if not word.isascii() or any(letter.isdigit() for letter in word):
        return word
    word = word.replace("iz", "is").replace("yz", "ys")  # American and British spellings are one
    cut = _without(word, _ENDINGS)
    doubled = cut != word and len(cut) > _SHORTEST_STEM and cut[-1] == cut[-2]
    return _without(cut[:-1] if doubled else cut, _SECOND_ENDINGS)


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
