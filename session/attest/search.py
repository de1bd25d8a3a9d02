"""Looks for the sound, the words and the key in bytes. Pure.

Sound is found as integers of 16 bits or floats of 32, in either byte order: what was played as it was played,
and the marker louder or softer too; not compressed or resampled. Words are found whatever stands between them
and however they are capitalized; not compressed or encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

_AUDIBLE = 24
"""Samples nearer to zero than this are everywhere."""

_LEAST_HITS = 3
_LIKE = 0.7
"""Correlation from which on it is the marker; chance reaches 0.2 in a million tries."""

_CANDIDATES = 64
_LARGEST_SAMPLE = 1e6
_WAYS = (("<i2", 2), (">i2", 2), ("<f4", 4), (">f4", 4))
_RUN_WORDS = 4
_NO_WORD = re.compile(r"[^a-z0-9]+")


class Sound:
    """A waveform that can be looked for.

    Args:
        recordings: What was played, 16-bit samples.
        marker: The noise that is in it again and again.
    """

    def __init__(self, recordings: Iterable[Samples], marker: Samples) -> None:
        self._prints = np.unique(np.concatenate([_prints(samples) for samples in recordings]))
        centred = marker - marker.mean()
        self._marker = centred / np.linalg.norm(centred)

    def is_in(self, data: bytes) -> bool:
        """Tell whether a piece of the waveform is among these bytes."""
        return self._is_played(data) or any(
            self._is_marked(np.frombuffer(data, way, (len(data) - offset) // size, offset))
            for way, size in _WAYS
            for offset in range(min(size, len(data)))
        )

    def _is_played(self, data: bytes) -> bool:
        """Tell whether it is there, sample by sample."""
        hits = 0
        for offset in range(min(8, len(data))):
            windows = np.frombuffer(data, np.uint64, (len(data) - offset) // 8, offset)
            at = np.minimum(np.searchsorted(self._prints, windows), len(self._prints) - 1)
            hits += int((self._prints[at] == windows).sum())
        return hits >= _LEAST_HITS

    def _is_marked(self, samples: npt.NDArray[Any]) -> bool:
        """Tell whether the marker is there, however loud."""
        length = len(self._marker)
        if len(samples) < length:
            return False
        with np.errstate(invalid="ignore"):
            heard = samples.astype(np.float64)
        heard[~(np.abs(heard) < _LARGEST_SAMPLE)] = 0.0  # what is no sample, read as one, may be anything
        size = 1 << (len(heard) + length).bit_length()
        spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(self._marker, size))
        products = np.fft.irfft(spectrum, size)[: len(heard) - length + 1]
        sums = np.concatenate(([0.0], np.cumsum(heard**2)))
        energies = np.maximum(sums[length:] - sums[:-length], 1e-12)
        best = np.argsort(products**2 / energies)[-_CANDIDATES:]
        return any(self._likeness(heard[at : at + length]) >= _LIKE for at in best)

    def _likeness(self, heard: npt.NDArray[np.float64]) -> float:
        centred = heard - heard.mean()
        norm = float(np.linalg.norm(centred))
        return abs(float(centred @ self._marker)) / norm if norm > 0.0 else 0.0


class Words:
    """Sentences that can be looked for, by runs of four words.

    Args:
        sentences: What was said.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        self.runs = frozenset(run for sentence in sentences for run in _runs(sentence))

    def found_in(self, data: bytes) -> list[str]:
        """Return the runs of words that are among these bytes."""
        text = f" {_plain(data.replace(bytes(1), b'').decode(errors='replace'))} "
        return sorted(run for run in self.runs if f" {run} " in text)


def _prints(samples: Samples) -> npt.NDArray[np.uint64]:
    """Return every eight bytes that stand for samples of this sound, however it may be written."""
    audible = np.lib.stride_tricks.sliding_window_view(samples, 4)
    audible = audible[(np.abs(audible.astype(np.int32)) >= _AUDIBLE).all(axis=1)]
    floats = audible[:, :2].astype(np.float32) / np.float32(32768.0)
    ways = [audible.astype("<i2"), audible.astype(">i2"), floats.astype("<f4"), floats.astype(">f4")]
    return np.concatenate([np.ascontiguousarray(way).view(np.uint64).ravel() for way in ways])


def _plain(text: str) -> str:
    return _NO_WORD.sub(" ", text.lower()).strip()


def _runs(sentence: str) -> list[str]:
    words = _plain(sentence).split()
    length = min(_RUN_WORDS, len(words))
    return [" ".join(words[at : at + length]) for at in range(len(words) - length + 1) if length > 1]
