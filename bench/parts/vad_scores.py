"""Compares a detector with labels: frame accuracy, and lag of onsets and offsets.

Frames are 10 ms. A lag runs to the end of the deciding window, because only then the program knows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE

FRAME_SAMPLES = 160
Frames = NDArray[np.bool_]
SpanSamples = tuple[float, float]

_THRESHOLD = 0.5
_PAUSE_SAMPLES = 0.2 * SAMPLE_RATE
"""Shorter silences do not count as pauses."""


def marked(spans: Sequence[SpanSamples], frames: int) -> Frames:
    """Return which frames are inside one of the spans (in samples)."""
    found = np.zeros(frames, np.bool_)
    for start, stop in spans:
        found[round(start / FRAME_SAMPLES) : round(stop / FRAME_SAMPLES)] = True
    return found


def predicted(probabilities: Sequence[float], window_samples: int, frames: int) -> Frames:
    """Return which frames a detector classifies as speech."""
    at = np.minimum(np.arange(frames) * FRAME_SAMPLES // window_samples, len(probabilities) - 1)
    transcribed: Frames = np.asarray(probabilities)[at] >= _THRESHOLD
    return transcribed


def precision_recall(truth: Frames, transcribed: Frames) -> tuple[float, float, float]:
    """Return precision, recall and F1; 0 if nothing was detected or nothing is true."""
    right = float((truth & transcribed).sum())
    precision = right / float(transcribed.sum()) if transcribed.any() else 0.0
    recall = right / float(truth.sum()) if truth.any() else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def off_lags_ms(
    speech: Sequence[SpanSamples], probabilities: Sequence[float], window_samples: int, samples: int
) -> list[float]:
    """Return for each labelled pause the lag of its detection; infinity if it was not detected.

    Args:
        speech: Labelled spans, in samples, in order.
        probabilities: One per window.
        window_samples: Length of a window.
        samples: Length of the recording.
    """
    nexts = [*(start for start, _ in speech[1:]), float(samples)]
    pauses = [(stop, after) for (_, stop), after in zip(speech, nexts, strict=True)]
    return _lags_ms(pauses, [each < _THRESHOLD for each in probabilities], window_samples)


def on_lags_ms(
    speech: Sequence[SpanSamples], probabilities: Sequence[float], window_samples: int
) -> list[float]:
    """Return for each labelled span after a pause the lag of its onset."""
    befores = [0.0, *(stop for _, stop in speech[:-1])]
    after_pause = [
        span for span, before in zip(speech, befores, strict=True) if span[0] - before >= _PAUSE_SAMPLES
    ]
    return _lags_ms(after_pause, [each >= _THRESHOLD for each in probabilities], window_samples)


def _lags_ms(spans: Sequence[SpanSamples], reported: Sequence[bool], window_samples: int) -> list[float]:
    lags = []
    for start, stop in spans:
        if stop - start >= _PAUSE_SAMPLES:
            first = math.ceil(start / window_samples)
            windows = range(first, min(math.ceil(stop / window_samples), len(reported)))
            transcribed = next(
                ((window + 1) * window_samples for window in windows if reported[window]), math.inf
            )
            lags.append((transcribed - start) / SAMPLE_RATE * 1000)
    return lags
