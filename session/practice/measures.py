"""Measures an answer: times, pauses, pace, fillers and phrases. Pure.

Times come from the voice activity detector, words from Whisper. `session.practice.remarks` interprets them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bus.audio import SAMPLE_RATE
from bus.messages import Measures
from session.practice.fillers import count_doubled, count_fillers, find_favourites
from session.practice.structure import (
    FIGURES_AT_MOST,
    find_closing,
    find_example,
    find_figures,
    find_result,
    sentences,
)
from session.practice.utterances import Utterance

PAUSE_S = 0.5
"""Shorter silences are part of speech."""

_MIN_SPEECH_S = 3.0
"""Least speech from which a pace is computed."""


def measure(utterances: Sequence[Utterance], from_sample: int, *, english: bool) -> Measures:
    """Return the measures of one answer.

    Args:
        utterances: The utterances, in order; those without words are ignored.
        from_sample: First sample of the turn.
        english: Whether to find fillers and structure.
    """
    answer = [utterance for utterance in utterances if utterance.text]
    text = answer_text(answer)
    spoken = [span for utterance in answer for span in utterance.spoken]
    speaking_s = sum(stop - start for start, stop in spoken) / SAMPLE_RATE
    answer_s = (spoken[-1][1] - spoken[0][0]) / SAMPLE_RATE if spoken else 0.0
    pauses_s = _pauses_s(spoken)
    words = len(text.split())
    return Measures(
        words=words,
        answer_s=round(answer_s, 2),
        speaking_s=round(speaking_s, 2),
        words_per_minute=_pace(words, speaking_s),
        first_word_s=round(max(spoken[0][0] - from_sample, 0) / SAMPLE_RATE, 2) if spoken else 0.0,
        pauses=len(pauses_s),
        longest_pause_s=round(max(pauses_s, default=0.0), 2),
        pause_share=round(sum(pauses_s) / answer_s, 4) if answer_s else 0.0,
        fillers=count_fillers(text) if english else {},
        doubled=count_doubled(text),
        favourites=find_favourites(text) if english else {},
        first_sentence_words=len(next(iter(sentences(text)), "").split()),
        example_words=find_example(text) if english else "",
        figures=find_figures(text) if english else [],
        result_words=find_result(text) if english else "",
        closing_words=find_closing(text) if english else "",
    )


def combine(answers: Iterable[Measures]) -> Measures:
    """Return the measures of several answers together: sums, or means where sums are not useful.

    Phrases and frequent words are left out.
    """
    given = [answer for answer in answers if answer.words]
    count = max(len(given), 1)
    answer_s, speaking_s = sum(each.answer_s for each in given), sum(each.speaking_s for each in given)
    words = sum(each.words for each in given)
    quiet_s = sum(each.pause_share * each.answer_s for each in given)
    fillers = sum((Counter(each.fillers) for each in given), Counter[str]())
    return Measures(
        words=words,
        answer_s=round(answer_s, 2),
        speaking_s=round(speaking_s, 2),
        words_per_minute=_pace(words, speaking_s),
        first_word_s=round(sum(each.first_word_s for each in given) / count, 2),
        pauses=sum(each.pauses for each in given),
        longest_pause_s=max((each.longest_pause_s for each in given), default=0.0),
        pause_share=round(quiet_s / answer_s, 4) if answer_s else 0.0,
        fillers=dict(fillers.most_common()),
        doubled=sum(each.doubled for each in given),
        favourites={},
        first_sentence_words=round(sum(each.first_sentence_words for each in given) / count),
        example_words="",
        figures=[figure for each in given for figure in each.figures][:FIGURES_AT_MOST],
        result_words="",
        closing_words="",
    )


def answer_text(utterances: Iterable[Utterance]) -> str:
    """Return the transcript of an answer."""
    return " ".join(utterance.text.strip() for utterance in utterances if utterance.text.strip())


def _pauses_s(spoken: Sequence[tuple[int, int]]) -> list[float]:
    """Return the length of each pause."""
    gaps_s = ((later[0] - earlier[1]) / SAMPLE_RATE for earlier, later in pairwise(spoken))
    return [gap_s for gap_s in gaps_s if gap_s >= PAUSE_S]


def _pace(words: int, speaking_s: float) -> int:
    return round(words * 60 / speaking_s) if speaking_s >= _MIN_SPEECH_S else 0
