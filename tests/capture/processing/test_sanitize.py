"""What is done to sound that is not fit: counted, made silent, cut."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from capture.processing.downmix import Downmix
from capture.processing.sanitize import Frames, Mender


def _column(*values: float) -> Frames:
    return np.array(values, np.float32).reshape(-1, 1)


def test_sound_that_is_fit_passes_untouched_and_untold() -> None:
    mender = Mender("mic")
    frames = _column(0.0, 0.5, -0.5, 0.99)
    np.testing.assert_array_equal(mender.mend(frames, 0), frames)
    assert mender.told(100_000, last=True) == []


@pytest.mark.parametrize(
    ("values", "mended", "bad", "clipped"),
    [
        ((np.nan, 0.5), (0.0, 0.5), 1, 0),
        ((np.inf, -np.inf, 0.1), (0.0, 0.0, 0.1), 2, 0),
        ((1.5, 0.0, -7.0), (1.0, 0.0, -1.0), 0, 2),
        ((0.2, 1.0, 0.2), (0.2, 1.0, 0.2), 0, 0),  # one sample that touches the limit is no clipping
        ((1.0, 1.0, 1.0, 0.2), (1.0, 1.0, 1.0, 0.2), 0, 2),
        ((-1.0, -1.0, 0.0), (-1.0, -1.0, 0.0), 0, 1),
        ((np.nan, 2.0), (0.0, 1.0), 1, 1),
    ],
)
def test_unfit_samples_are_mended_and_counted(
    values: tuple[float, ...], mended: tuple[float, ...], bad: int, clipped: int
) -> None:
    mender = Mender("mic")
    np.testing.assert_array_equal(mender.mend(_column(*values), 0)[:, 0], np.array(mended, np.float32))
    told = mender.told(1_600, last=True)
    counts = [(event.bad_samples, event.clipped_samples) for event in told]
    assert counts == ([(bad, clipped)] if bad or clipped else [])


def test_it_is_told_at_most_once_a_second_and_nothing_is_forgotten() -> None:
    mender, told = Mender("mic"), []
    for at in range(0, 48_000, 160):
        mender.mend(_column(np.nan), at)
        told += mender.told(at + 160)
    told += mender.told(48_000, last=True)
    assert sum(event.bad_samples for event in told) == 300
    assert len(told) <= 4
    assert all(a.stop_sample <= b.start_sample for a, b in itertools.pairwise(told))


@given(
    st_numpy.arrays(
        np.float32, st.tuples(st.integers(0, 50), st.integers(1, 7)), elements=st.floats(width=32)
    )
)
def test_whatever_comes_only_sound_goes_on(frames: Frames) -> None:
    mono = Downmix(16_000).mix(Mender("mic").mend(frames, 0))
    assert mono.shape == (len(frames),)
    assert np.isfinite(mono).all()
    assert np.abs(mono).max(initial=0.0) <= 1.0
