"""Endpointing: decides from words and voice how long the quiet after a pause must last.

    speech ┤ quiet
           ├─ pause_ms ─┤ SpeechPaused: a speculative pass begins
           │               EndpointPredicted: its words give wait_ms
           ├──────────── wait_ms ────────────┤ SpeechEnded, FinalTranscribed

After a complete sentence or question the wait is short, after half a sentence it is long. The voice
(`stt/engines/turn_end.py`) changes that, except after a question, after which few speakers go on. A short
wait may cut an utterance in two; a long one delays every final (`bench/LOG.md` has measurements). Pure.
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


_FINISHED_FROM, _UNFINISHED_BELOW = 0.8, 0.2
"""Probability of a turn end by the sound of the voice."""


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
    """After words that cannot end a sentence, or a voice that sounds unfinished."""
    voice_ended_ms: int
    """After a voice that sounds finished, unless the words cannot end a sentence."""
    slow_from_ms: int
    """A speaker with a pause of at least this length in the utterance is a slow speaker."""


WAITS: dict[Endpointing, Waits] = {
    "snappy": Waits(
        question_ms=192,
        sentence_ms=224,
        unclear_ms=288,
        unfinished_ms=416,
        voice_ended_ms=224,
        slow_from_ms=400,
    ),
    "balanced": Waits(
        question_ms=224,
        sentence_ms=256,
        unclear_ms=416,
        unfinished_ms=640,
        voice_ended_ms=288,
        slow_from_ms=500,
    ),
    "patient": Waits(
        question_ms=512,
        sentence_ms=640,
        unclear_ms=800,
        unfinished_ms=992,
        voice_ended_ms=512,
        slow_from_ms=300,
    ),
}

Reason = Literal[
    "question",
    "sentence",
    "few words",
    "no sentence",
    "unfinished",
    "unclear words",
    "slow speaker",
    "voice ended",
    "voice goes on",
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
    turn_end_probability: float | None = None,
    language: str = "en",
) -> Decision:
    """Return how long the quiet after these words must last, and why.

    Args:
        text: The words up to the pause, with Whisper's punctuation.
        endpointing: The user's choice.
        sentence_share: Share of the probability of all hypotheses that ends a sentence.
        mean_log_probability: Of the words, per token, natural logarithm.
        longest_pause_ms: The longest earlier pause in the utterance.
        turn_end_probability: That the speaker has finished, by the sound of the voice; None if not known.
        language: Code of the language of the words.
    """
    waits = WAITS[endpointing]
    by_words = _by_words(
        text, waits, sentence_share, mean_log_probability, longest_pause_ms, open_words(language)
    )
    if turn_end_probability is None or by_words.reason == "question":
        return by_words
    if turn_end_probability < _UNFINISHED_BELOW and waits.unfinished_ms > by_words.wait_ms:
        return Decision(waits.unfinished_ms, "voice goes on")
    sounds_finished = turn_end_probability >= _FINISHED_FROM and by_words.reason != "unfinished"
    if sounds_finished and waits.voice_ended_ms < by_words.wait_ms:
        return Decision(waits.voice_ended_ms, "voice ended")
    return by_words


def _by_words(
    text: str,
    waits: Waits,
    sentence_share: float,
    mean_log_probability: float,
    longest_pause_ms: float,
    open_words: frozenset[str],
) -> Decision:
    ending = _ending(text.split(), open_words)
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
