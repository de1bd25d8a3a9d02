"""Whisper's mel front end: log-mel frames of samples, and the encoder window around them.

Equal to faster-whisper's FeatureExtractor to 1e-5 (a test compares them). That package is not imported,
because it loads PyAV and more. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE, Samples

FRAME_SAMPLES = 160
"""One mel frame: 10 ms."""

FRAMES_PER_S = 100
FULL_FRAMES = 3000
"""The window that Whisper was trained on, 30 s."""

_FFT_SAMPLES = 400
_DYNAMIC_RANGE = 8.0
"""In powers of ten: values further below the loudest are raised to this floor."""

_MEL_MAX = 45.245640471924965  # 8 kHz on Slaney's scale
_LINEAR_HZ_PER_MEL = 200.0 / 3
_LOG_FROM_HZ = 1000.0

Features = NDArray[np.float32]


class MelFrontEnd:
    """Log-mel spectrogram as Whisper was trained on.

    Args:
        mels: Bands: 80, or 128 for large-v3 and its variants.
    """

    def __init__(self, mels: int) -> None:
        self.mels = mels
        self._filters = _slaney_filters(mels)
        self._window = np.hanning(_FFT_SAMPLES + 1)[:-1].astype(np.float32)

    def __call__(self, samples: Samples) -> Features:
        """Return the normalised log-mel frames of `samples`.

        Args:
            samples: int16, shape (n,), 16 kHz; n > 200.

        Returns:
            float32, shape (mels, n // 160 + 1).
        """
        growing = GrowingMel(self, 0)
        growing.extend(samples)
        return growing.features(0, len(samples))

    def logarithms(self, waveform: NDArray[np.float32]) -> Features:
        """Return one frame for every 10 ms of audio with 12.5 ms on either side.

        Returns:
            float32, shape (mels, (n - 400) // 160 + 1): powers of ten, not normalised.
        """
        frames = np.lib.stride_tricks.sliding_window_view(waveform, _FFT_SAMPLES)[::FRAME_SAMPLES]
        power = np.abs(np.fft.rfft(frames * self._window)) ** 2
        mel = self._filters @ power.T.astype(np.float32)
        logarithms: Features = np.log10(np.maximum(mel, 1e-10))
        return logarithms


class GrowingMel:
    """The spectrogram of a growing utterance; every frame is computed once.

    Args:
        front_end: Computes frames.
        start_sample: First sample of the utterance.
    """

    def __init__(self, front_end: MelFrontEnd, start_sample: int) -> None:
        self._front_end = front_end
        self._start_sample = start_sample
        self._waveform = np.empty(0, np.float32)
        self._frames = np.empty((front_end.mels, 0), np.float32)

    @property
    def start_sample(self) -> int:
        """The first sample added."""
        return self._start_sample

    @property
    def stop_sample(self) -> int:
        """One past the last sample added."""
        return self._start_sample + len(self._waveform)

    def extend(self, samples: Samples) -> None:
        """Append samples.

        Args:
            samples: int16, shape (n,), 16 kHz, from `stop_sample` on.
        """
        self._waveform = np.concatenate((self._waveform, samples.astype(np.float32) / 32_768))
        known, complete = self._frames.shape[1], _complete_frames(len(self._waveform))
        if complete > known:
            new = self._front_end.logarithms(self._framed(known, complete, len(self._waveform)))
            self._frames = np.concatenate((self._frames, new), axis=1)

    def features(self, first_sample: int, stop_sample: int) -> Features:
        """Return the normalised log-mel frames of a stretch, as Whisper was trained on.

        Args:
            first_sample: Where it begins, to 10 ms.
            stop_sample: Where it ends; more than 200 samples are needed.

        Returns:
            float32, shape (mels, n // 160 + 1).
        """
        first = (first_sample - self._start_sample) // FRAME_SAMPLES
        samples = stop_sample - self._start_sample
        complete, all_frames = max(first, _complete_frames(samples)), samples // FRAME_SAMPLES + 1
        tail = self._front_end.logarithms(self._framed(complete, all_frames, samples))
        logarithms = np.concatenate((self._frames[:, first:complete], tail), axis=1)
        return normalized(logarithms)

    def waveform(self, first_sample: int, stop_sample: int) -> NDArray[np.float32]:
        """Return the samples of a stretch, float32, -1 to 1; what was not added is left out."""
        first, stop = (max(0, each - self._start_sample) for each in (first_sample, stop_sample))
        return self._waveform[first:stop]

    def _framed(self, first: int, stop: int, samples: int) -> NDArray[np.float32]:
        """Return the waveform under frames [first, stop) of audio that is `samples` long.

        As in Whisper's own front end, 10 ms of silence follow, and the edges are padded by reflection.
        """
        half = _FFT_SAMPLES // 2
        low, high = first * FRAME_SAMPLES - half, (stop - 1) * FRAME_SAMPLES + half
        inside = self._waveform[max(0, low) : min(high, samples)]
        if high > samples:
            inside = np.pad(inside, (0, min(FRAME_SAMPLES, high - samples)))
        left, right = max(0, -low), max(0, high - samples - FRAME_SAMPLES)
        return np.pad(inside, (left, right), mode="reflect") if left or right else inside


def normalized(logarithms: Features) -> Features:
    """Return log-mel frames, powers of ten, as Whisper was trained on: about -1 to 1."""
    floored = np.maximum(logarithms, logarithms.max() - _DYNAMIC_RANGE)
    features: Features = ((floored + 4.0) / 4.0).astype(np.float32)
    return features


def fitted_frames(speech_frames: int, *, least_s: float, extra_s: float, mels: int) -> int:
    """Return the length of the encoder window for an utterance, in mel frames.

    Shorter windows than Whisper's 30 s are faster, but make it loop when they are too tight (`bench/LOG.md`).

    Args:
        speech_frames: Frames of speech, 10 ms each.
        least_s: Shortest window.
        extra_s: Padding after the speech.
        mels: Mel bands of the model.
    """
    wanted = max(round(least_s * FRAMES_PER_S), speech_frames + round(extra_s * FRAMES_PER_S))
    frames = min(wanted + wanted % 2, FULL_FRAMES)
    # CTranslate2 takes encoder output for raw mel frames where its length, T/2, equals the number of mel
    # bands, and would encode it again.
    return frames + 2 if frames // 2 == mels else frames


def fit(features: Features, frames: int) -> Features:
    """Return the features cut or padded to `frames`.

    The padding is the minimum of the features, which is silence to Whisper's front end. Zeros are louder and
    cost accuracy.
    """
    missing = frames - features.shape[1]
    if missing <= 0:
        return np.ascontiguousarray(features[:, :frames])
    return np.pad(features, ((0, 0), (0, missing)), constant_values=float(features.min()))


def _complete_frames(samples: int) -> int:
    """Return the number of frames that do not reach beyond the end of the audio."""
    return max(0, (samples - _FFT_SAMPLES // 2) // FRAME_SAMPLES + 1)


def _slaney_filters(mels: int) -> Features:
    """Return triangular filters, evenly spaced on Slaney's mel scale, each of unit area."""
    edges = _hz(np.linspace(0.0, _MEL_MAX, mels + 2))
    bins_hz = np.fft.rfftfreq(_FFT_SAMPLES, 1 / SAMPLE_RATE)
    widths = np.diff(edges)[:, None]
    distance = edges[:, None] - bins_hz[None, :]
    rising, falling = -distance[:-2] / widths[:-1], distance[2:] / widths[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Slaney's scale: linear up to 1 kHz, logarithmic above."""
    log_from_mel = _LOG_FROM_HZ / _LINEAR_HZ_PER_MEL
    logarithmic = _LOG_FROM_HZ * np.exp(np.log(6.4) / 27.0 * (mel - log_from_mel))
    return np.where(mel < log_from_mel, mel * _LINEAR_HZ_PER_MEL, logarithmic)
