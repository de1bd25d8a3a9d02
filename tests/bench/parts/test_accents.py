"""Groups of speakers, and the telephone version of a recording."""

from __future__ import annotations

import numpy as np
import pytest

from bench.harness.corpus import Clip
from bench.parts.accents import _Counts, _figures, group_of, through_telephone
from bus.audio import SAMPLE_RATE


def clip(*tags: str, kind: str = "speech", quality: str = "gold-exact") -> Clip:
    return Clip("id", "id.flac", 5.0, kind, "Hello there.", quality, tags=list(tags))


@pytest.mark.parametrize(
    ("tags", "group"),
    [
        ((), "other English, mostly native and read"),
        (("question",), "other English, mostly native and read"),
        (("accent-nonnative", "spontaneous"), "non-native English"),
        (("synthetic", "accent-like"), "synthetic, with an accent"),
        (("synthetic", "question"), "synthetic, without an accent"),
        (("telephone-8k", "british"), "telephone recordings"),
        (("noisy", "synthetic", "derived"), "English in noise"),
    ],
)
def test_the_first_known_tag_decides(tags: tuple[str, ...], group: str) -> None:
    assert group_of(clip(*tags)) == group


def test_clips_without_exact_words_have_no_group() -> None:
    assert group_of(clip(quality="none")) is None
    assert group_of(Clip("rain", "rain.flac", 5.0, "noise")) is None


def test_a_telephone_carries_nothing_above_four_kilohertz() -> None:
    time_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    low, high = (np.sin(2 * np.pi * hz * time_s).astype(np.float32) * 0.3 for hz in (1000, 6000))
    coded = through_telephone(low + high)
    assert len(coded) == SAMPLE_RATE
    spectrum = np.abs(np.fft.rfft(coded)) / len(coded)  # one bin a hertz
    assert spectrum[1000] > 0.1
    assert spectrum[6000] < 0.001
    assert np.array_equal(through_telephone(np.zeros(0, np.float32)), np.zeros(0, np.float32))


def test_loud_audio_is_not_clipped() -> None:
    loud = np.sin(np.arange(SAMPLE_RATE) / 10).astype(np.float32) * 1.5
    assert np.abs(through_telephone(loud)).max() <= 1.1


def test_errors_are_summed_over_clips_and_speakers_counted_once() -> None:
    found = _figures(_Counts(speakers={"a", "b"}, errors=[1, 0, 2], words=[10, 20, 10]))
    assert (found["clips"], found["speakers"], found["words"], found["wer"]) == (3, 2, 40, 0.075)
    low, high = found["wer_between"]
    assert 0 <= low < 0.075 < high <= 0.2
