"""Turns of conversations, from spans of speech."""

from __future__ import annotations

import numpy as np
import pytest

from livebench.contract import SAMPLE_RATE
from livebench.data.importing.turns import Cut, conversation_turns, cut_around, has_clear_end, turns_alone
from livebench.data.rows import Span
from livebench.data.silences import least_speech_db, silences, sounds


@pytest.mark.parametrize(
    ("one", "other", "turns", "turns_of_other"),
    [
        pytest.param([(0, 2), (3, 4)], [(4.5, 6)], [(0, 4)], [(4.5, 6)], id="a pause of its own"),
        pytest.param([(0, 2), (5.5, 6)], [], [(0, 2), (5.5, 6)], [], id="a long pause"),
        pytest.param(
            [(0, 2), (4, 6)], [(2.2, 3.8)], [(0, 2), (4, 6)], [(2.2, 3.8)], id="the other takes over"
        ),
        pytest.param([(0, 2), (3, 5)], [(2.3, 2.7)], [(0, 5)], [], id="a backchannel"),
        pytest.param(
            [(0, 2), (4.5, 6)],
            [(3, 3.6)],
            [(0, 2), (4.5, 6)],
            [(3, 3.6)],
            id="a short answer in a long pause",
        ),
        pytest.param([(0, 2), (2.2, 5)], [(1.5, 1.9)], [(0, 5)], [], id="a backchannel during speech"),
        pytest.param([(0, 2), (2.2, 3)], [(1.5, 6)], [(0, 3)], [(1.5, 6)], id="both speak"),
        pytest.param([(0, 2), (2.9, 3.1)], [(4, 6)], [(0, 2)], [(4, 6)], id="breath after the end"),
        pytest.param([(0, 2), (2.4, 2.45)], [(4, 6)], [(0, 2)], [(4, 6)], id="a click after the end"),
        pytest.param([(0, 0.1)], [(4, 6)], [], [(4, 6)], id="a noise"),
    ],
)
def test_a_turn_lasts_until_the_other_takes_over(
    one: list[tuple[float, float]],
    other: list[tuple[float, float]],
    turns: list[tuple[float, float]],
    turns_of_other: list[tuple[float, float]],
) -> None:
    found = conversation_turns([Span(*each) for each in one], [Span(*each) for each in other])
    assert [[(turn[0].start, turn[-1].end) for turn in each] for each in found] == [turns, turns_of_other]


def test_in_one_channel_any_sound_of_others_ends_a_turn() -> None:
    own = [Span(0, 2), Span(3, 5), Span(5.4, 6), Span(7, 8)]
    others = [Span(2.3, 2.7), Span(7.5, 9)]
    assert turns_alone(own, others) == [[Span(0, 2)]]
    assert turns_alone(own, others[:1]) == [[Span(0, 2)], own[1:]]


def test_a_cut_has_no_sound_but_its_turn() -> None:
    sounds = [Span(1.0, 2.0), Span(2.4, 3.0), Span(3.1, 3.15), Span(5.0, 6.0)]
    assert cut_around([sounds[1]], sounds, 7.0) == Cut(2.1, 3.1)
    assert cut_around([sounds[3]], sounds, 6.1) == Cut(4.7, 6.1)


def test_an_end_that_fades_is_not_clear() -> None:
    tone = np.sin(np.arange(SAMPLE_RATE) * 0.2).astype(np.float32)
    silence = np.zeros(SAMPLE_RATE // 2, np.float32)
    fading = tone * np.geomspace(0.1, 0.001, SAMPLE_RATE).astype(np.float32)
    assert has_clear_end(np.concatenate([tone, silence]), -90.0)
    assert not has_clear_end(np.concatenate([tone, fading, silence]), -90.0)


def test_the_noise_of_a_line_is_no_speech() -> None:
    chance = np.random.default_rng(1)
    line = (0.01 * chance.standard_normal(4 * SAMPLE_RATE)).astype(np.float32)
    line[SAMPLE_RATE : 2 * SAMPLE_RATE] += 0.3 * np.sin(np.arange(SAMPLE_RATE) * 0.2).astype(np.float32)
    assert sounds(line) == [Span(1.0, 2.0)]
    part = line[SAMPLE_RATE // 2 : 3 * SAMPLE_RATE]
    assert silences(part, least_db=least_speech_db(line)) == [Span(0.0, 0.5), Span(1.5, 2.5)]
