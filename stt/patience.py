"""How long to wait, after somebody fell silent, before taking it that they have finished.

The words before the pause decide: a whole sentence or question may end soon, half a sentence may not; and
who has paused before may pause again. A pause inside a sentence that is taken for its end cuts an utterance
in two; waiting longer makes every final later. Pure: knows words and lengths, no audio and no clock. The
measured price of each setting, and of a turn-end model that was tried, is in `bench/LOG.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Patience = Literal["snappy", "balanced", "patient"]

_FEW_WORDS = 3
"""So few words ("Well.", "I mean.") often begin something longer, whatever Whisper's full stop says."""

_OPEN_WORDS = frozenset(
    word
    for line in (
        "a an the and or but so because which whose while if as than of to in at for with without by from",
        "into about between through until since i we they my your his its our their is are was were um uh er",
    )
    for word in line.split()
)
"""Words after which hardly a sentence ends."""


_CLEAR_ABOVE = -0.3
"""Words less likely than this, per token on average, were heard badly: their full stop says little."""


@dataclass(frozen=True)
class Waits:
    """Quiet after which an utterance is over, in milliseconds."""

    question_ms: int
    """After a question: hardly anyone goes on after one."""
    sentence_ms: int
    """After a whole sentence."""
    unsure_ms: int
    """After words that may well go on."""
    unfinished_ms: int
    """After words that cannot be the end."""
    slow_from_ms: int
    """Who has paused as long as this before within the utterance may do so again."""


WAITS: dict[Patience, Waits] = {
    "snappy": Waits(question_ms=256, sentence_ms=288, unsure_ms=416, unfinished_ms=608, slow_from_ms=500),
    "balanced": Waits(question_ms=320, sentence_ms=352, unsure_ms=576, unfinished_ms=896, slow_from_ms=400),
    "patient": Waits(question_ms=512, sentence_ms=640, unsure_ms=800, unfinished_ms=992, slow_from_ms=400),
}

Because = Literal[
    "question", "sentence", "few words", "no sentence", "unfinished", "unclear words", "slow speaker"
]


@dataclass(frozen=True)
class Judgement:
    """How long to wait, and why."""

    wait_ms: int
    because: Because


def judge(
    text: str, patience: Patience, *, mean_log_probability: float = 0.0, longest_pause_ms: float = 0.0
) -> Judgement:
    """Return how long the quiet after these words must last.

    Args:
        text: What was said up to the pause, as Whisper writes it.
        patience: The user's choice.
        mean_log_probability: Of the words, per token, natural logarithm.
        longest_pause_ms: The longest pause so far within the utterance.
    """
    waits, looks_like = WAITS[patience], _looks_like(text.split())
    if looks_like == "unfinished":
        return Judgement(waits.unfinished_ms, looks_like)
    if looks_like not in ("question", "sentence"):
        return Judgement(waits.unsure_ms, looks_like)
    if mean_log_probability < _CLEAR_ABOVE:
        return Judgement(waits.unsure_ms, "unclear words")
    if longest_pause_ms >= waits.slow_from_ms:
        return Judgement(waits.unsure_ms, "slow speaker")
    return Judgement(waits.question_ms if looks_like == "question" else waits.sentence_ms, looks_like)


def _looks_like(words: Sequence[str]) -> Because:
    if not words:
        return "unfinished"
    is_question = words[-1].endswith("?")
    if not is_question and _is_open(words[-1]):
        return "unfinished"
    if len(words) <= _FEW_WORDS:
        return "few words"
    if is_question:
        return "question"
    return "sentence" if words[-1].rstrip("\"'”’)").endswith((".", "!")) else "no sentence"


def _is_open(word: str) -> bool:
    """Tell whether more must follow this word."""
    if word.endswith(("...", "…", ",", ";", ":", "-", "–", "—")):
        return True
    return word.lower().strip(".!\"'") in _OPEN_WORDS
