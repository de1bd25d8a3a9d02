"""Variants of clean turns: telephone, noise, whispering, longer holds; the labels move along.

Each takes float32 samples, shape (n,), 16 kHz, and returns the same.
"""

from __future__ import annotations

import msgspec
import numpy as np
import soxr

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Audio, Row, Span

_TELEPHONE_HZ = (300.0, 3400.0)
_MU = 255.0
_FRAME, _HOP, _ORDER = 400, 160, 18
"""Frames of 25 ms every 10 ms, and the order of the vocal tract's filter."""
_ROOM = 10 ** (-72 / 20)


def telephone(samples: Audio) -> Audio:
    """Return speech through a telephone: 300 to 3400 Hz, 8 kHz, mu-law in 8 bits."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(hertz < _TELEPHONE_HZ[0]) | (hertz > _TELEPHONE_HZ[1])] = 0
    narrow = soxr.resample(np.fft.irfft(spectrum, len(samples)), SAMPLE_RATE, 8000)
    coded = np.sign(narrow) * np.log1p(_MU * np.minimum(np.abs(narrow), 1.0)) / np.log1p(_MU)
    coded = np.round(coded * 127) / 127
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(_MU)) / _MU
    wide = np.asarray(soxr.resample(decoded, 8000, SAMPLE_RATE), np.float32)
    return np.pad(wide, (0, max(0, len(samples) - len(wide))))[: len(samples)]


def in_noise(samples: Audio, noise: Audio, snr_db: float, chance: np.random.Generator) -> Audio:
    """Return speech with a stretch of noise at a ratio of their mean powers."""
    start = int(chance.integers(0, len(noise)))
    stretch = np.resize(np.roll(noise, -start), len(samples))
    power, noise_power = float(np.mean(samples**2)), float(np.mean(stretch**2)) + 1e-12
    mixed: Audio = samples + stretch * np.float32(np.sqrt(power / noise_power / 10 ** (snr_db / 10)))
    return np.clip(mixed, -1.0, 1.0)


def whispered(samples: Audio, chance: np.random.Generator) -> Audio:
    """Return speech with its voice replaced by noise through the same vocal tract (linear prediction).

    It has the spectrum of whispering; real whispering differs in stress and tempo.
    """
    sharp = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1]).astype(np.float64)
    window = np.hanning(_FRAME)
    whole = np.zeros(len(sharp) + _FRAME)
    for start in range(0, len(sharp) - _FRAME, _HOP):
        frame = sharp[start : start + _FRAME] * window
        filter_taps, gain = _linear_prediction(frame)
        excited = _resonate(chance.standard_normal(_FRAME) * gain, filter_taps)
        whole[start : start + _FRAME] += excited * window
    result = whole[: len(sharp)]
    peak = float(np.max(np.abs(result), initial=1e-9))
    return (result / peak * float(np.max(np.abs(samples), initial=0.0)) * 0.5).astype(np.float32)


def with_longer_holds(
    row: Row, samples: Audio, longest_s: float, chance: np.random.Generator
) -> tuple[Row, Audio]:
    """Return a turn whose inner silences are lengthened to 0.3 s and more.

    Args:
        row: The turn; it must have holds, as only natural pauses are lengthened.
        samples: Its audio.
        longest_s: Longest hold.
        chance: Draws the lengths, and the noise that fills them.
    """
    parts: list[Audio] = []
    spans: list[Span] = []
    at, shift_s = 0, 0.0
    for span in row.silence_spans[:-1]:
        added_s = 0.0
        if span in row.holds:
            added_s = max(0.0, float(chance.uniform(0.3, longest_s)) - (span.end - span.start))
        middle = round((span.start + span.end) / 2 * SAMPLE_RATE)
        filling = chance.standard_normal(round(added_s * SAMPLE_RATE)) * _ROOM
        parts += [samples[at:middle], filling.astype(np.float32)]
        at = middle
        spans.append(Span(span.start + shift_s, span.end + shift_s + added_s))
        shift_s += added_s
    last = row.silence_spans[-1]
    spans.append(Span(last.start + shift_s, last.end + shift_s))
    moved = [Span(round(span.start, 3), round(span.end, 3)) for span in spans]
    changed = msgspec.structs.replace(row, silence_spans=moved, text=row.spoken, words=[])
    return changed, np.concatenate([*parts, samples[at:]])


def _linear_prediction(frame: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the predictor (Levinson and Durbin) and the level of what it does not predict."""
    lags = np.array([float(frame[: len(frame) - lag] @ frame[lag:]) for lag in range(_ORDER + 1)])
    taps, error = np.zeros(_ORDER), lags[0] + 1e-9
    for order in range(_ORDER):
        reflected = (lags[order + 1] - taps[:order] @ lags[order:0:-1]) / error
        taps[:order] = taps[:order] - reflected * taps[:order][::-1]
        taps[order] = reflected
        error *= max(1e-6, 1 - reflected**2)
    return taps, float(np.sqrt(error / len(frame)))


def _resonate(excitation: np.ndarray, taps: np.ndarray) -> np.ndarray:
    filtered = np.zeros(len(excitation) + _ORDER)
    for number, value in enumerate(excitation):
        filtered[number + _ORDER] = value + taps @ filtered[number : number + _ORDER][::-1]
    return filtered[_ORDER:]
