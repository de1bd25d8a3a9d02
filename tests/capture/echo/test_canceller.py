"""Echo of loudspeakers: found, subtracted, and left alone where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.parts.echo import Room, echo_of
from bus.audio import SAMPLE_RATE, Samples
from capture.echo.canceller import EchoCanceller
from capture.processing.sanitize import as_int16

SECONDS = 12
CHUNK = 160

Audio = NDArray[np.float64]


def speech_like(seed: int, level: float = 0.1) -> Audio:
    """Return coloured noise that comes and goes like syllables."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal(SECONDS * SAMPLE_RATE)
    coloured = np.convolve(noise, 0.9 ** np.arange(32), "same")
    syllables = np.repeat(random.random(SECONDS * 8) > 0.4, SAMPLE_RATE // 8)
    return level * coloured / np.std(coloured) * syllables


def as_samples(audio: Audio) -> Samples:
    return as_int16(audio.astype(np.float32))


def cancelled(canceller: EchoCanceller, microphone: Samples) -> Samples:
    pieces = [canceller.cancel(microphone[at : at + CHUNK], at) for at in range(0, len(microphone), CHUNK)]
    return np.concatenate(pieces)


def reader(reference: Samples, *, late: int = 0) -> EchoCanceller:
    """Return a canceller whose reference is complete; `late` samples are missing at its end."""

    def read(start: int, stop: int) -> Samples | None:
        if stop > len(reference) - late:
            return None
        before = np.zeros(max(min(-start, stop - start), 0), np.int16)
        return np.concatenate((before, reference[max(start, 0) : max(stop, 0)]))

    return EchoCanceller(read)


def power_db(audio: NDArray[np.generic]) -> float:
    return float(10 * np.log10(np.mean(np.square(audio.astype(np.float64))) + 1e-12))


@pytest.mark.parametrize(("delay_ms", "level_db"), [(50, -6.0), (400, -20.0)])
def test_an_echo_is_found_and_removed(delay_ms: int, level_db: float) -> None:
    call = speech_like(1)
    echo = as_samples(echo_of(call, Room(0.3, delay_ms, level_db)))
    canceller = reader(as_samples(call))
    left = cancelled(canceller, echo)
    assert canceller.delay_ms == pytest.approx(delay_ms, abs=25)
    late = slice(6 * SAMPLE_RATE, None)
    assert power_db(echo[late]) - power_db(left[late]) > 12


def test_the_users_own_words_stay_beside_an_echo() -> None:
    call, own = speech_like(1), speech_like(2)
    canceller = reader(as_samples(call))
    left = cancelled(canceller, as_samples(own + echo_of(call, Room(0.3, 100, -12.0))))
    late = slice(6 * SAMPLE_RATE, None)
    error = left[late] / 32768 - own[late]
    assert power_db(own[late]) - power_db(error) > 15, "what is left is the user's"


def test_without_an_echo_not_one_bit_changes() -> None:
    own = as_samples(speech_like(2))
    canceller = reader(as_samples(speech_like(1)))
    assert np.array_equal(cancelled(canceller, own), own)
    assert canceller.delay_ms is None


@pytest.mark.parametrize("late", [SECONDS * SAMPLE_RATE, 4 * SAMPLE_RATE])
def test_where_the_reference_is_missing_audio_passes(late: int) -> None:
    call = speech_like(1)
    microphone = as_samples(speech_like(2) + echo_of(call, Room(0.3, 100, -12.0)))
    passed = cancelled(reader(as_samples(call), late=late), microphone)
    assert len(passed) == len(microphone)
    missing = slice(len(microphone) - late + SAMPLE_RATE, None)
    assert np.array_equal(passed[missing], microphone[missing])
