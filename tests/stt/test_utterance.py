"""Tests of an utterance's state: prefixes, features, stable words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from stt.mel import GrowingMel, MelFrontEnd
from stt.scheduler import Task
from stt.utterance import Prefix, StableWords, Utterance

FRONT_END = MelFrontEnd(80)


class Audio:
    """Silence as the rings would give it, and the ranges that were read."""

    def __init__(self) -> None:
        self.overwritten_before = 0
        self.read_ranges: list[tuple[int, int]] = []

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        if start_sample < self.overwritten_before:
            raise Overrun(start_sample, self.overwritten_before)
        self.read_ranges.append((start_sample, stop_sample))
        return np.zeros(stop_sample - start_sample, np.int16)


def utterance(*pauses_s: float) -> Utterance:
    """Return an utterance with known words up to these pauses."""
    prefixes = [Prefix(round(pause_s * SAMPLE_RATE), f"up to {pause_s:g}.") for pause_s in pauses_s]
    return Utterance(GrowingMel(FRONT_END, 0), 9 * SAMPLE_RATE, prefixes)


def task(kind: str, stop_s: float, start_sample: int = 0) -> Task:
    stop = round(stop_s * SAMPLE_RATE)
    return Task(kind, "call", 1, start_sample, stop, stop)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "pauses_s", "stop_s", "begins_s"),
    [
        ("partial", (), 3, 0),
        ("partial", (2, 4), 5, 4),
        ("partial", (2, 4), 4.01, 2),  # too little audio after the last pause
        ("speculative", (2, 4), 9, 0),
        ("final", (2, 4), 9, 0),
        ("final", (2, 6, 11), 12, 6),  # too long for one pass
        ("final", (11,), 12, 0),
    ],
)
def test_partials_and_long_finals_begin_after_a_pause(
    kind: str, pauses_s: tuple[float, ...], stop_s: float, begins_s: int
) -> None:
    prefix = utterance(*pauses_s).prefix(task(kind, stop_s))
    assert prefix == Prefix(begins_s * SAMPLE_RATE, f"up to {begins_s}." if begins_s else "")


def test_without_a_pause_a_pass_begins_at_the_start() -> None:
    assert utterance().prefix(task("partial", 3, start_sample=5)) == Prefix(5, "")


@given(st.lists(st.floats(0.5, 20)), st.floats(0.1, 25), st.sampled_from(["partial", "final"]))
def test_pass_never_begins_after_its_end(pauses_s: list[float], stop_s: float, kind: str) -> None:
    made = task(kind, stop_s)
    assert 0 <= utterance(*sorted(pauses_s)).prefix(made).sample <= made.stop_sample


def test_prefix_precedes_the_text_of_the_pass() -> None:
    assert Prefix(0, "Well,").joined("we did.") == "Well, we did."
    assert Prefix(0, "").joined("we did.") == "we did."
    assert Prefix(0, "Well.").joined("") == "Well."


def test_audio_is_read_once() -> None:
    each, audio, start = utterance(), Audio(), Prefix(0, "")
    for stop_s in (1, 1.5, 1.25):
        features = each.features(task("partial", stop_s), start, audio)  # type: ignore[arg-type]
        assert features.shape == (80, stop_s * 100 + 1)
    assert audio.read_ranges == [(0, 16_000), (16_000, 24_000)]


def test_only_unread_overwritten_audio_is_an_overrun() -> None:
    each, audio, start = utterance(), Audio(), Prefix(0, "")
    each.features(task("partial", 1), start, audio)  # type: ignore[arg-type]
    audio.overwritten_before = 16_000
    each.features(task("partial", 1.5), start, audio)  # type: ignore[arg-type]
    audio.overwritten_before = 32_000
    with pytest.raises(Overrun):
        each.features(task("final", 2.5), start, audio)  # type: ignore[arg-type]


def test_longest_pause_is_stored() -> None:
    each = utterance()
    for quiet_sample, resumed_sample in ((1_000, 9_000), (20_000, 24_000)):
        each.add_pause(quiet_sample, resumed_sample)
    assert each.longest_pause_ms == 500.0


def test_words_are_stable_when_two_passes_agree() -> None:
    words = StableWords()
    assert words.update("What was") == ("What was", 0)
    assert words.update("What was that") == ("What was that", 2)
    assert words.update("what was the hardest") == ("What was the hardest", 2)
    assert words.update("What was the hardest part") == ("What was the hardest part", 4)


def test_stable_word_is_not_taken_back() -> None:
    words = StableWords()
    words.update("I am a backhand engineer")
    words.update("I am a backhand engineer with")
    assert words.update("I am a back-end engineer with") == ("I am a backhand engineer with", 5)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=6), max_size=8))
def test_stable_words_only_grow(passes: list[list[str]]) -> None:
    words, before = StableWords(), ""
    for decoded in passes:
        text, stable = words.update(" ".join(decoded))
        now = " ".join(text.split()[:stable])
        assert now.startswith(before)
        before = now
