"""Tests of the walk back over sound before speech, and of runs of sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vad.sound_history import LONGEST_WALK_SAMPLES, SoundHistory

WINDOW = 512  # 32 ms


def _history(windows: str) -> SoundHistory:
    """Feed windows: "#" is sound, "s" speech and sound, "S" speech without sound, "." quiet."""
    history = SoundHistory()
    for number, window in enumerate(windows):
        history.update(
            number * WINDOW, (number + 1) * WINDOW, is_sound=window in "#s", is_speech=window in "sS"
        )
    return history


@pytest.mark.parametrize(
    ("windows", "onset"),
    [
        ("", 0),
        ("....", 4),  # quiet before the speech
        ("..##", 2),
        ("..##.#", 2),
        ("#.......##", 0),  # a gap of 224 ms
        ("#........##", 9),  # a gap of 256 ms
        ("##.......", 0),  # quiet between the sound and the speech
        ("##........", 10),
        ("." + "#" * 100, 101 - LONGEST_WALK_SAMPLES / WINDOW),
        ("..ss.##", 2),  # the gate keeps it out of the utterance before
    ],
)
def test_onset_is_where_the_sound_begins(windows: str, onset: float) -> None:
    assert _history(windows).onset(len(windows) * WINDOW) == onset * WINDOW


@pytest.mark.parametrize(
    ("windows", "continues", "starts"),
    [
        ("", False, False),
        ("." + "#" * 7, False, False),
        ("." + "#" * 8, True, False),  # 256 ms
        ("." + "#" * 15, True, False),
        ("." + "#" * 16, True, True),  # 512 ms
        ("####...####", True, False),  # a gap of 96 ms
        ("####....####", False, False),
        ("#" * 16 + "....", False, False),
        ("#" * 16 + "s", False, False),  # the detector calls it speech itself
        ("#" * 16 + "S", False, False),
        ("sss" + "#" * 8, True, False),
        ("SSS" + "#" * 8, True, False),
    ],
)
def test_long_run_of_sound_since_the_last_speech_is_speech(
    windows: str, continues: bool, starts: bool
) -> None:
    history = _history(windows)
    assert (history.continues_speech, history.starts_speech) == (continues, starts)


@given(windows=st.text(alphabet="#sS.", max_size=200))
def test_onset_is_at_a_sound_and_at_most_two_seconds_back(windows: str) -> None:
    end = len(windows) * WINDOW
    onset = _history(windows).onset(end)
    assert 0 <= end - onset <= LONGEST_WALK_SAMPLES
    quiet = windows[-(-onset // WINDOW) :]
    assert "........" not in quiet.replace("S", ".")
    if 0 < end - onset < LONGEST_WALK_SAMPLES:
        assert windows[onset // WINDOW] in "#s"
