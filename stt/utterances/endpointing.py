"""Endpointing: decides from the words how long the quiet after a pause must last.

    speech ┤ quiet
           ├─ pause_ms ─┤ SpeechPaused: a speculative pass begins
           │               EndpointPredicted: its words give wait_ms
           ├──────────── wait_ms ────────────┤ SpeechEnded, FinalTranscribed

After a complete sentence or question the wait is short, after half a sentence it is long. A short wait may
cut an utterance in two; a long one delays every final (`bench/LOG.md` has measurements). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stt.utterances.open_words import SENTENCE_ENDS, open_words

Endpointing = Literal["snappy", "balanced", "patient"]

_FEW_WORDS = 3
"""Up to so many words ("Well.", "I mean.") often begin a longer sentence, even with a full stop."""

_UNSPACED_FROM, _FEW_CHARACTERS = "\u2e80", 6
"""Chinese, Japanese and Korean: characters from here on, and so many instead of the words."""

_QUESTION_ENDS = ("?", "？", "؟")

_OPEN_ENDS = ("...", "…", ",", ";", ":", "-", "–", "—", "、", "，", "،")

_CLEAR_ABOVE = -0.3
"""Mean log probability; below it, the words and their full stop are unreliable."""

_SURE_FROM = 0.9
"""Share of the hypotheses' probability that ends a sentence, less what the words are unclear by."""


@dataclass(frozen=True)
class Waits:
    """Quiet after which an utterance is over, in milliseconds."""

    question_ms: int
    """After a question."""
    sentence_ms: int
    """After a complete sentence."""
    unclear_ms: int
    """After words that may continue."""
    unfinished_ms: int
    """After words that cannot end a sentence."""
    slow_from_ms: int
    """A speaker with a pause of at least this length in the utterance is a slow speaker."""


WAITS: dict[Endpointing, Waits] = {
    "snappy": Waits(question_ms=192, sentence_ms=224, unclear_ms=288, unfinished_ms=416, slow_from_ms=400),
    "balanced": Waits(question_ms=224, sentence_ms=256, unclear_ms=416, unfinished_ms=640, slow_from_ms=500),
    "patient": Waits(question_ms=512, sentence_ms=640, unclear_ms=800, unfinished_ms=992, slow_from_ms=300),
}

Reason = Literal[
    "question", "sentence", "few words", "no sentence", "unfinished", "unclear words", "slow speaker"
]


@dataclass(frozen=True)
class Decision:
    """How long to wait, and why."""

    wait_ms: int
    reason: Reason


def decide(
    text: str,
    endpointing: Endpointing,
    *,
    sentence_share: float = 1.0,
    mean_log_probability: float = 0.0,
    longest_pause_ms: float = 0.0,
    language: str = "en",
) -> Decision:
    """Return how long the quiet after these words must last, and why.

    Args:
        text: The words up to the pause, with Whisper's punctuation.
        endpointing: The user's choice.
        sentence_share: Share of the probability of all hypotheses that ends a sentence.
        mean_log_probability: Of the words, per token, natural logarithm.
        longest_pause_ms: The longest earlier pause in the utterance.
        language: Code of the language of the words.
    """
    waits, ending = WAITS[endpointing], _ending(text.split(), open_words(language))
    if ending == "question":
        return Decision(waits.question_ms, ending)
    if ending == "unfinished":
        return Decision(waits.unfinished_ms, ending)
    sureness = sentence_share + min(0.0, mean_log_probability - _CLEAR_ABOVE)
    if ending == "sentence" and sureness < _SURE_FROM:
        ending = "unclear words"
    elif ending == "sentence" and longest_pause_ms >= waits.slow_from_ms:
        ending = "slow speaker"
    return Decision(waits.sentence_ms if ending == "sentence" else waits.unclear_ms, ending)


def _ending(words: Sequence[str], open_words: frozenset[str]) -> Reason:
    if not words or words[-1].endswith(_OPEN_ENDS):
        return "unfinished"
    last = words[-1].rstrip("\"'”’)」』")
    is_open = last.strip("\"'“‘(.!?").lower() in open_words
    if not last.endswith(SENTENCE_ENDS):
        return "unfinished" if is_open else "no sentence"
    if _are_few(words):
        return "few words"
    if last.endswith(_QUESTION_ENDS):
        return "question"
    return "no sentence" if is_open else "sentence"


def _are_few(words: Sequence[str]) -> bool:
    text = "".join(words)
    return len(text) <= _FEW_CHARACTERS if max(text) >= _UNSPACED_FROM else len(words) <= _FEW_WORDS
