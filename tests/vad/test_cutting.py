"""Tests of the place where a long utterance is cut."""

from __future__ import annotations

import pytest

from vad.cutting import best_cut


@pytest.mark.parametrize(
    ("pauses", "windows", "cut"),
    [
        ([(10, 20), (40, 60), (80, 90)], [], (40, 50)),  # the longest
        ([(40, 50), (70, 80)], [], (70, 75)),  # the later of two
        ([(0, 40), (60, 64)], [], (60, 62)),  # not before the earliest place
        ([(60, 64)], [(0.0, 70)], (60, 62)),  # a pause rather than a faint window
        ([], [(0.9, 40), (0.5, 50), (0.5, 60), (0.8, 70)], (60, 60)),
        ([], [(0.1, 10), (0.9, 40)], (40, 40)),
        ([(95, 115)], [], (100, 100)),  # not after the end
        ([], [], (100, 100)),
    ],
)
def test_best_cut(
    pauses: list[tuple[int, int]], windows: list[tuple[float, int]], cut: tuple[int, int]
) -> None:
    assert best_cut(pauses, windows, earliest_sample=30, stop_sample=100) == cut
