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

Endpointing = Literal["snappy", "balanced", "patient"]

_FEW_WORDS = 3
"""So few words ("Well.", "I mean.") often begin something longer, whatever Whisper's full stop says."""

_OPEN_ENDS = ("...", "…", ",", ";", ":", "-", "–", "—")

_OPEN_WORDS = frozenset(
    word
    for line in (
        "a an the and or but so because which whose while if as than of to in at for with without by from",
        "into i we they my your his its our their is are was were also um uh er",
    )
    for word in line.split()
)
"""Words after which hardly a sentence ends; with a full stop after them it may."""

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


WAITS: dict[Endpointing, Waits] = {
    "snappy": Waits(question_ms=256, sentence_ms=288, unsure_ms=416, unfinished_ms=608, slow_from_ms=400),
    "balanced": Waits(question_ms=320, sentence_ms=352, unsure_ms=576, unfinished_ms=896, slow_from_ms=300),
    "patient": Waits(question_ms=512, sentence_ms=640, unsure_ms=800, unfinished_ms=992, slow_from_ms=300),
}

Because = Literal[
    "question", "sentence", "few words", "no sentence", "unfinished", "unclear words", "slow speaker"
]


@dataclass(frozen=True)
class Judgement:
    """How long to wait, and why."""

    wait_ms: int
    reason: Because


def judge(
    text: str, endpointing: Endpointing, *, mean_log_probability: float = 0.0, longest_pause_ms: float = 0.0
) -> Judgement:
    """Return how long the quiet after these words must last.

    Args:
        text: What was said up to the pause, as Whisper writes it.
        endpointing: The user's choice.
        mean_log_probability: Of the words, per token, natural logarithm.
        longest_pause_ms: The longest pause so far within the utterance.
    """
    waits, looks_like = WAITS[endpointing], _looks_like(text.split())
    if looks_like == "question":
        return Judgement(waits.question_ms, looks_like)
    if looks_like == "unfinished":
        return Judgement(waits.unfinished_ms, looks_like)
    if looks_like == "sentence" and mean_log_probability < _CLEAR_ABOVE:
        looks_like = "unclear words"
    elif looks_like == "sentence" and longest_pause_ms >= waits.slow_from_ms:
        looks_like = "slow speaker"
    return Judgement(waits.sentence_ms if looks_like == "sentence" else waits.unsure_ms, looks_like)


def _looks_like(words: Sequence[str]) -> Because:
    if not words or words[-1].endswith(_OPEN_ENDS):
        return "unfinished"
    last = words[-1].rstrip("\"'”’)")
    is_open = last.strip("\"'“‘(.!?").lower() in _OPEN_WORDS
    if not last.endswith((".", "!", "?")):
        return "unfinished" if is_open else "no sentence"
    if len(words) <= _FEW_WORDS:
        return "few words"
    if last.endswith("?"):
        return "question"
    return "no sentence" if is_open else "sentence"
