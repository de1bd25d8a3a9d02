"""Searches bytes for audio and for words. Pure.

Audio is found as 16-bit integers or 32-bit floats in either byte order, the marker also at other levels;
not if it is compressed or resampled. Words are found with any punctuation and case; not if compressed or
encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.audio import Samples

_AUDIBLE = 24
"""Samples nearer to zero than this are too common to be searched for."""

_LEAST_HITS = 3
_MIN_CORRELATION = 0.7
"""Least correlation with the marker; random data reaches 0.2 in a million tries."""

_CANDIDATES = 64
_LARGEST_SAMPLE = 1e6
_SAMPLE_FORMATS = (("<i2", 2), (">i2", 2), ("<f4", 4), (">f4", 4))
_RUN_WORDS = 4
_NO_WORD = re.compile(r"[^a-z0-9]+")


class Sound:
    """A waveform to search for.

    Args:
        recordings: The recordings, 16-bit samples.
        marker: The noise that is repeated in them.
    """

    def __init__(self, recordings: Iterable[Samples], marker: Samples) -> None:
        self._prints = np.unique(np.concatenate([_prints(samples) for samples in recordings]))
        centred = marker - marker.mean()
        self._marker = centred / np.linalg.norm(centred)

    def occurs_in(self, data: bytes) -> bool:
        """Return whether a piece of the waveform is in these bytes."""
        return self._is_played(data) or any(
            self._is_marked(np.frombuffer(data, sample_format, (len(data) - offset) // size, offset))
            for sample_format, size in _SAMPLE_FORMATS
            for offset in range(min(size, len(data)))
        )

    def _is_played(self, data: bytes) -> bool:
        """Return whether exact samples are there."""
        hits = 0
        for offset in range(min(8, len(data))):
            windows = np.frombuffer(data, np.uint64, (len(data) - offset) // 8, offset)
            at = np.minimum(np.searchsorted(self._prints, windows), len(self._prints) - 1)
            hits += int((self._prints[at] == windows).sum())
        return hits >= _LEAST_HITS

    def _is_marked(self, samples: npt.NDArray[Any]) -> bool:
        """Return whether the marker is there, at any level."""
        length = len(self._marker)
        if len(samples) < length:
            return False
        with np.errstate(invalid="ignore"):
            values = samples.astype(np.float64)
        values[~(np.abs(values) < _LARGEST_SAMPLE)] = 0.0  # bytes that are no samples can have any value
        size = 1 << (len(values) + length).bit_length()
        spectrum = np.fft.rfft(values, size) * np.conj(np.fft.rfft(self._marker, size))
        products = np.fft.irfft(spectrum, size)[: len(values) - length + 1]
        sums = np.concatenate(([0.0], np.cumsum(values**2)))
        energies = np.maximum(sums[length:] - sums[:-length], 1e-12)
        best = np.argsort(products**2 / energies)[-_CANDIDATES:]
        return any(self._correlation(values[at : at + length]) >= _MIN_CORRELATION for at in best)

    def _correlation(self, values: npt.NDArray[np.float64]) -> float:
        centred = values - values.mean()
        norm = float(np.linalg.norm(centred))
        return abs(float(centred @ self._marker)) / norm if norm > 0.0 else 0.0


class Words:
    """Sentences to search for, by runs of four words.

    Args:
        sentences: The sentences.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        self.runs = frozenset(run for sentence in sentences for run in _runs(sentence))

    def runs_in(self, data: bytes) -> list[str]:
        """Return the runs of words that are in these bytes."""
        text = f" {_plain(data.replace(bytes(1), b'').decode(errors='replace'))} "
        return sorted(run for run in self.runs if f" {run} " in text)


def _prints(samples: Samples) -> npt.NDArray[np.uint64]:
    """Return every run of eight bytes that encodes samples of this audio, in all formats."""
    audible = np.lib.stride_tricks.sliding_window_view(samples, 4)
    audible = audible[(np.abs(audible.astype(np.int32)) >= _AUDIBLE).all(axis=1)]
    floats = audible[:, :2].astype(np.float32) / np.float32(32768.0)
    encoded = [audible.astype("<i2"), audible.astype(">i2"), floats.astype("<f4"), floats.astype(">f4")]
    return np.concatenate([np.ascontiguousarray(each).view(np.uint64).ravel() for each in encoded])


def _plain(text: str) -> str:
    return _NO_WORD.sub(" ", text.lower()).strip()


def _runs(sentence: str) -> list[str]:
    words = _plain(sentence).split()
    length = min(_RUN_WORDS, len(words))
    return [" ".join(words[at : at + length]) for at in range(len(words) - length + 1) if length > 1]
