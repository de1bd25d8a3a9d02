"""Searches bytes for audio, words and a key. Pure.

Audio is found as 16-bit integers or 32-bit floats in either byte order, the marker also at other levels;
not if it is resampled. Words are found with any punctuation, case and spacing, and with every letter or byte
replaced by one at a fixed distance. `session.attest.checks.encodings` undoes encodings before.
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

_CANDIDATES = 4
_LARGEST_SAMPLE = 1e6
_SAMPLE_FORMATS = (("<i2", 2), (">i2", 2), ("<f4", 4), (">f4", 4))
_RUN_WORDS = 4
_MEMORY_STEP = 3
_MEMORY_WORDS = 5
"""Fewer would be in the program's own texts."""
_RUN_LETTERS = 18
_DISTANCES = 16
_KEY_CHARACTERS = 10
_RANDOM_CHARACTERS = 24
_NO_WORD = re.compile(r"[^a-z0-9]+")
_NO_SIGN = re.compile(rb"[^a-z0-9]+")
_NO_LETTER = re.compile(rb"[^a-z]+")


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
        likeness = products**2 / energies
        most = min(_CANDIDATES, len(likeness))
        best = np.argpartition(likeness, -most)[-most:]
        return any(self._correlation(values[at : at + length]) >= _MIN_CORRELATION for at in best)

    def _correlation(self, values: npt.NDArray[np.float64]) -> float:
        centred = values - values.mean()
        norm = float(np.linalg.norm(centred))
        return abs(float(centred @ self._marker)) / norm if norm > 0.0 else 0.0


class Words:
    """Sentences to search for, by runs of four words and by the distances between their letters.

    Args:
        sentences: The sentences.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        self.runs = frozenset(run for sentence in sentences for run in _runs(sentence))
        self._steps = frozenset(
            steps for sentence in sentences for steps in _windows(_letter_steps(sentence.encode()))
        )
        self._distances = frozenset(
            piece for sentence in sentences for piece in _distances_in_pieces(sentence.encode())
        )

    def runs_in(self, data: bytes) -> list[str]:
        """Return the runs of words that are in these bytes."""
        text = f" {_plain(data.replace(bytes(1), b'').decode(errors='replace'))} "
        return sorted(run for run in self.runs if f" {run} " in text)

    def occur_in(self, data: bytes) -> bool:
        """Return whether words are in these bytes, also with other letters at a fixed distance."""
        if self.runs_in(data):
            return True
        steps = _letter_steps(data)
        return any(each in steps for each in self._steps) or _has_distances(data, self._distances)


class Key:
    """A secret to search for, by any ten of its characters in a row.

    Args:
        secret: The secret, in ASCII.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        characters = _NO_SIGN.sub(b"", self._secret.lower())[-_RANDOM_CHARACTERS:]
        pieces = range(len(characters) - _KEY_CHARACTERS + 1)
        self._pieces = frozenset(characters[at : at + _KEY_CHARACTERS] for at in pieces)
        self._distances = frozenset(_distances_in_pieces(self._secret))

    def occurs_in(self, data: bytes) -> bool:
        """Return whether a piece of the key is in these bytes, in any case and with any punctuation."""
        signs = _NO_SIGN.sub(b"", data.lower())
        return any(piece in signs for piece in self._pieces) or _has_distances(data, self._distances)


def memory_pieces(texts: Iterable[str]) -> list[bytes]:
    """Return runs of words in small letters, as Python and Qt hold them in memory."""
    runs = set()
    for text in texts:
        words = text.lower().split()
        length = min(_MEMORY_WORDS, len(words))
        starts = {*range(0, len(words) - length + 1, _MEMORY_STEP), len(words) - length}
        runs |= {" ".join(words[at : at + length]) for at in starts if length > 1}
    return sorted(run.encode(each) for run in runs for each in ("utf-8", "utf-16-le"))


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


def _letter_steps(data: bytes) -> bytes:
    """Return the distances between neighbouring letters, which a shifted alphabet does not change."""
    letters = np.frombuffer(_NO_LETTER.sub(b"", data.lower()), np.uint8).astype(np.int16)
    return (np.diff(letters) % 26).astype(np.uint8).tobytes()


def _windows(steps: bytes) -> list[bytes]:
    return [steps[at : at + _RUN_LETTERS] for at in range(len(steps) - _RUN_LETTERS + 1)]


def _distances(data: bytes) -> tuple[bytes, bytes]:
    """Return the differences and exclusive ors of neighbouring bytes."""
    values = np.frombuffer(data, np.uint8)
    return np.diff(values).tobytes(), (values[1:] ^ values[:-1]).tobytes()


def _distances_in_pieces(data: bytes) -> list[bytes]:
    """Return the distances of every other piece, so that a longer one is found at any place."""
    starts = range(0, len(data) - _DISTANCES, _DISTANCES // 2)
    return [each for at in starts for each in _distances(data[at : at + _DISTANCES + 1])]


def _has_distances(data: bytes, pieces: Iterable[bytes]) -> bool:
    found = _distances(data)
    return any(piece in each for piece in pieces for each in found)
