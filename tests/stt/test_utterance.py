"""Tests of an utterance's state: prefixes, features, stable words."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from stt.engines.mel import GrowingMel, MelFrontEnd
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterance import PassPlan, Prefix, RunningPass, StableWords, TurnAudio, Utterance
from stt.utterances.turns import Turn

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
    settings = SttSettings(short_pass_s=6.0, context_s=4.0, longest_pass_s=9.0)
    return Utterance(TurnAudio(GrowingMel(FRONT_END, 0), prefixes), settings)


def task(kind: str, stop_s: float, start_sample: int = 0) -> Task:
    stop = round(stop_s * SAMPLE_RATE)
    return Task(kind, "call", 1, start_sample, stop, stop)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "pauses_s", "stop_s", "first_s", "known_s"),
    [
        ("partial", (), 3, 0, 0),
        ("partial", (2, 4), 5, 4, 4),
        ("partial", (2, 4), 4.5, 2, 2),  # too little audio after the last pause
        ("speculative", (), 8, 0, 0),
        ("speculative", (2, 4), 6, 0, 0),  # short enough for all of it
        ("speculative", (2, 4), 7, 3, 4),
        ("speculative", (2, 4), 9, 4, 4),  # all of the audio after the pause, though longer than the context
        ("final", (2, 4), 7, 3, 4),
        ("final", (2, 6.5), 7, 2, 2),  # too little audio after the last pause
        ("final", (6.5,), 7, 0, 0),
        ("final", (9.5,), 10, 0, 0),  # longer than the longest pass, and nothing is known
    ],
)
def test_long_finals_write_only_what_follows_a_known_pause(
    kind: str, pauses_s: tuple[float, ...], stop_s: float, first_s: float, known_s: float
) -> None:
    plan = utterance(*pauses_s).plan(task(kind, stop_s), None)
    assert plan.first_sample == first_s * SAMPLE_RATE
    assert plan.prefix == Prefix(known_s * SAMPLE_RATE, f"up to {known_s}." if known_s else "")  # type: ignore[arg-type]
    assert plan.words_from_s == pytest.approx(max(0.0, known_s - first_s - 0.06) if known_s else 0.0)


def test_without_a_pause_a_pass_begins_at_the_start() -> None:
    assert utterance().plan(task("partial", 3, start_sample=5), None) == PassPlan(5, Prefix(5, ""), 5)


@given(st.lists(st.floats(0.5, 20)), st.floats(0.1, 25), st.sampled_from(["partial", "final"]))
def test_pass_never_begins_after_its_end(pauses_s: list[float], stop_s: float, kind: str) -> None:
    made = task(kind, stop_s)
    plan = utterance(*sorted(pauses_s)).plan(made, None)
    assert 0 <= plan.first_sample <= plan.prefix.sample <= made.stop_sample


def turn(text: str | None = "Tell me about a time.") -> Turn:
    """Return a turn of two seconds, after which an utterance begins at 3 s."""
    return Turn((4, 5), 0, 2 * SAMPLE_RATE, 2 * SAMPLE_RATE, text)


@pytest.mark.parametrize("text", ["Tell me about a time.", None])
def test_short_final_of_a_turn_hears_all_of_it(text: str | None) -> None:
    plan = utterance().plan(task("final", 5, 3 * SAMPLE_RATE), turn(text))
    assert plan == PassPlan(0, Prefix(0, ""), 0, (4, 5))


def test_long_final_of_a_turn_follows_its_known_words() -> None:
    plan = utterance().plan(task("final", 8, 3 * SAMPLE_RATE), turn())
    known = Prefix(2 * SAMPLE_RATE, "Tell me about a time.")
    assert plan == PassPlan(2 * SAMPLE_RATE, known, 0, (4, 5))


def test_long_final_does_not_wait_for_the_words_of_its_turn() -> None:
    start = 3 * SAMPLE_RATE
    assert utterance().plan(task("final", 13, start), turn(None)) == PassPlan(start, Prefix(start, ""), start)


def test_partial_of_a_turn_has_its_words() -> None:
    plan = utterance().plan(task("partial", 4, 3 * SAMPLE_RATE), turn())
    assert (plan.first_sample, plan.prefix.text, plan.replaces) == (3 * SAMPLE_RATE, turn().text, (4, 5))


def test_words_of_another_turn_are_not_known() -> None:
    each = utterance(4)
    later = 3 * SAMPLE_RATE
    assert each.plan(task("final", 8, later), None).prefix.text == "", "they begin before it"
    assert each.plan(task("final", 8, later), turn()).prefix.sample == 4 * SAMPLE_RATE


def running(stop_s: float, prefix_s: float) -> RunningPass:
    """Return a final pass that wrote only what comes after a known pause."""
    made = task("final", stop_s)
    known = Prefix(round(prefix_s * SAMPLE_RATE), f"up to {prefix_s:g}.")
    return RunningPass(made, PassPlan(known.sample, known, 0, (1,)), Future(), threading.Event(), made)


@pytest.mark.parametrize(
    ("pauses_s", "stop_s", "prefix_s", "begins_s"),
    [
        ((2, 4), 8, 4, 0),  # all of it fits
        ((2, 4, 7, 10), 12, 10, 4),  # the earliest known pause from which it fits
        ((2, 11), 12, 11, None),  # no known pause is late enough
    ],
)
def test_revision_takes_as_much_of_the_turn_as_fits(
    pauses_s: tuple[float, ...], stop_s: float, prefix_s: float, begins_s: float | None
) -> None:
    plan = utterance(*pauses_s).revision(running(stop_s, prefix_s))
    assert (plan and plan.first_sample) == (None if begins_s is None else begins_s * SAMPLE_RATE)
    if plan:
        assert (plan.prefix.text, plan.replaces) == (f"up to {begins_s}." if begins_s else "", (1,))


def test_complete_pass_needs_no_revision() -> None:
    made = task("final", 5)
    complete = RunningPass(made, PassPlan.of_all(made), Future(), threading.Event(), made)
    assert utterance(2, 4).revision(complete) is None


def test_revised_words_replace_those_known_within_them() -> None:
    audio = utterance(2, 4, 6).audio
    plan = PassPlan(2 * SAMPLE_RATE, Prefix(2 * SAMPLE_RATE, "up to 2."), 0)
    audio.revise(plan, 7 * SAMPLE_RATE, "All of it.")
    assert [each.text for each in audio.prefixes] == ["up to 2.", "All of it."]


@pytest.mark.parametrize(
    ("text", "rest", "joined"),
    [
        ("Tell me about a time.", "when you disagreed.", "Tell me about a time when you disagreed."),
        ("Tell me about a time.", "When was that?", "Tell me about a time. When was that?"),
        ("And then...", "we did.", "And then... we did."),
    ],
)
def test_full_stop_at_a_pause_yields_to_a_small_letter(text: str, rest: str, joined: str) -> None:
    assert Prefix(0, text).joined(rest) == joined


def test_prefix_precedes_the_text_of_the_pass() -> None:
    assert Prefix(0, "Well,").joined("we did.") == "Well, we did."
    assert Prefix(0, "").joined("we did.") == "we did."
    assert Prefix(0, "Well.").joined("") == "Well."


def test_audio_is_read_once() -> None:
    each, audio, start = utterance(), Audio(), PassPlan(0, Prefix(0, ""), 0)
    for stop_s in (1, 1.5, 1.25):
        features = each.features(task("partial", stop_s), start, audio)  # type: ignore[arg-type]
        assert features.shape == (80, stop_s * 100 + 1)
    assert audio.read_ranges == [(0, 16_000), (16_000, 24_000)]


def test_only_unread_overwritten_audio_is_an_overrun() -> None:
    each, audio, start = utterance(), Audio(), PassPlan(0, Prefix(0, ""), 0)
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
