"""Tests of the sanitizer and its counts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from capture.processing.downmix import Downmix
from capture.processing.sanitize import Frames, Sanitizer


def _column(*values: float) -> Frames:
    return np.array(values, np.float32).reshape(-1, 1)


def test_good_samples_are_unchanged_and_not_reported() -> None:
    sanitizer = Sanitizer("mic")
    frames = _column(0.0, 0.5, -0.5, 0.99)
    np.testing.assert_array_equal(sanitizer.sanitize(frames, 0), frames)
    assert sanitizer.events(100_000, last=True) == []


@pytest.mark.parametrize(
    ("values", "sanitized", "bad", "clipped"),
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
def test_bad_samples_are_sanitized_and_counted(
    values: tuple[float, ...], sanitized: tuple[float, ...], bad: int, clipped: int
) -> None:
    sanitizer = Sanitizer("mic")
    np.testing.assert_array_equal(
        sanitizer.sanitize(_column(*values), 0)[:, 0], np.array(sanitized, np.float32)
    )
    published = sanitizer.events(1_600, last=True)
    counts = [(event.bad_samples, event.clipped_samples) for event in published]
    assert counts == ([(bad, clipped)] if bad or clipped else [])


def test_events_are_at_most_one_per_second_and_complete() -> None:
    sanitizer, published = Sanitizer("mic"), []
    for at in range(0, 48_000, 160):
        sanitizer.sanitize(_column(np.nan), at)
        published += sanitizer.events(at + 160)
    published += sanitizer.events(48_000, last=True)
    assert sum(event.bad_samples for event in published) == 300
    assert len(published) <= 4
    assert all(a.stop_sample <= b.start_sample for a, b in itertools.pairwise(published))


@given(
    st_numpy.arrays(
        np.float32, st.tuples(st.integers(0, 50), st.integers(1, 7)), elements=st.floats(width=32)
    )
)
def test_output_is_always_finite_and_within_full_scale(frames: Frames) -> None:
    mono = Downmix(16_000).mix(Sanitizer("mic").sanitize(frames, 0))
    assert mono.shape == (len(frames),)
    assert np.isfinite(mono).all()
    assert np.abs(mono).max(initial=0.0) <= 1.0
