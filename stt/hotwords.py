"""Names and jargon, as Whisper is told of them before it listens. Pure.

They stand where Whisper expects the words before: a glossary there makes it spell what it hears so, and
hardly ever say what it does not hear (`bench/LOG.md`). Knows nothing of tokenizers, or of where words come
from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

MOST_TOKENS = 120
"""About 30 names. More cost every pass time and found no more of them."""

_LEAST_SURE = -0.55
"""Of 85 passes with rightly heard hotwords the least sure had -0.45; those that made one up, -0.6 or less."""


def may_be_echo(mean_log_probability: float) -> bool:
    """Tell whether what was heard may be the glossary rather than the speaker.

    Whisper fills what it cannot make out, noise above all, with words it was told of. It is then heard again
    without them, and the guard judges as ever.
    """
    return mean_log_probability < _LEAST_SURE


def glossary(words: Iterable[str], language: str = "en") -> str:
    """Return the text that tells of these words, empty when there are none.

    In languages other than English it is the bare list: an English word might lead to English.
    """
    listed = ", ".join(words)
    if not listed:
        return ""
    return f"Glossary: {listed}." if language == "en" else f"{listed}."


def fitting(words: Iterable[str], count_tokens: Callable[[str], int]) -> list[str]:
    """Return the first of these words that together are short enough, each once.

    Args:
        words: The most important first.
        count_tokens: Tells how many tokens a text has.
    """
    taken: list[str] = []
    left = MOST_TOKENS - count_tokens("Glossary:")
    for word in dict.fromkeys(words):
        left -= count_tokens(word) + 1  # the comma
        if left < 0:
            break
        taken.append(word)
    return taken
