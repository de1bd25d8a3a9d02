"""Times passes over real speech, alone and several at a time.

A time is that of one call of the engine, without the spectrogram, which a session computes while the user
speaks. The wait for a free worker counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bench.latency.timeline import demo_timeline
from bus.audio import SAMPLE_RATE, Samples
from livebench.scoring.intervals import quantile
from livebench.scoring.words import word_error_rate
from stt.engines.engine import Request
from stt.engines.whisper import WhisperEngine

CONCURRENT = (1, 2, 4, 8)
_MARGIN_S = 0.25

Transcribe = Callable[[int], str]
"""Transcribes the nth piece of speech."""


@dataclass(frozen=True)
class Speech:
    """One turn of the shipped interview."""

    text: str
    samples: Samples

    @property
    def seconds(self) -> float:
        """Its duration."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class Timing:
    """Times of passes of which several ran at once."""

    concurrent: int
    passes: int
    p50_ms: float
    p95_ms: float
    speech_s_per_s: float
    """Seconds of speech transcribed in a second, by all together."""
    word_error_rate: float | None
    """None where the words mean nothing."""


def interview(turns: int) -> list[Speech]:
    """Return the first turns of the shipped interview."""
    timeline = demo_timeline()
    excerpts = ((turn.text, timeline.excerpt(turn, _MARGIN_S)) for turn in timeline.turns[:turns])
    return [Speech(text, (np.clip(audio, -1, 1) * 32767).astype(np.int16)) for text, audio in excerpts]


def with_engine(engine: WhisperEngine, speech: Sequence[Speech]) -> Transcribe:
    """Return the passes of an engine, as a final is transcribed."""
    features = [engine.front_end(each.samples) for each in speech]
    return lambda number: engine.transcribe(Request(features[number]))[0].text


def timed(
    transcribe: Transcribe, speech: Sequence[Speech], concurrent: int, runs: int, *, has_words: bool = True
) -> Timing:
    """Transcribe everything, so many at a time, after one unmeasured round.

    Args:
        transcribe: Called from several threads.
        speech: What it transcribes.
        concurrent: Number of threads.
        runs: Number of rounds over the speech.
        has_words: Whether the text is compared with the truth.
    """

    def one(number: int) -> tuple[float, str]:
        began_s = time.perf_counter()
        text = transcribe(number)
        return time.perf_counter() - began_s, text

    numbers = list(range(len(speech))) * runs
    with ThreadPoolExecutor(concurrent) as pool:
        list(pool.map(transcribe, [_longest(speech)] * concurrent))
        began_s = time.perf_counter()
        done = list(pool.map(one, numbers))
        took_s = time.perf_counter() - began_s
    times_ms = [seconds * 1000 for seconds, _ in done]
    truth, texts = [speech[number].text for number in numbers], [text for _, text in done]
    return Timing(
        concurrent=concurrent,
        passes=len(done),
        p50_ms=quantile(times_ms, 0.50),
        p95_ms=quantile(times_ms, 0.95),
        speech_s_per_s=sum(speech[number].seconds for number in numbers) / took_s,
        word_error_rate=word_error_rate(truth, texts) if has_words else None,
    )


def _longest(speech: Sequence[Speech]) -> int:
    return max(range(len(speech)), key=lambda number: speech[number].seconds)
