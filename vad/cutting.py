"""Chooses where to cut an utterance that is too long. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def best_cut(
    pauses: Sequence[tuple[int, int]],
    windows: Sequence[tuple[float, int]],
    *,
    earliest_sample: int,
    stop_sample: int,
) -> tuple[int, int]:
    """Return the end of the speech before the cut, and the cut.

    The cut is the middle of the longest pause (the later one of equals); without a pause, the middle of the
    window with the lowest speech probability; without either, the end.

    Args:
        pauses: Quiet stretches, [start, stop) each, in order.
        windows: Speech probability and middle of each window, in order.
        earliest_sample: No cut before this.
        stop_sample: No cut after this.
    """
    late = [pause for pause in pauses if earliest_sample <= sum(pause) // 2 < stop_sample]
    if late:
        start, stop = max(late, key=lambda pause: (pause[1] - pause[0], pause[0]))
        return start, (start + stop) // 2
    faint = [window for window in windows if earliest_sample <= window[1] < stop_sample]
    if faint:
        middle = min(faint, key=lambda window: (window[0], -window[1]))[1]
        return middle, middle
    return stop_sample, stop_sample
