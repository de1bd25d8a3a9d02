"""Measures of hand-made answers."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from session.practice.measures import combine, measure
from session.practice.utterances import Utterance
from tests.support.practice_utterances import utterance

SECOND = 16_000


TEN = "One two three four five six seven eight nine ten."


def test_times_are_those_of_the_speech() -> None:
    answer = [
        utterance(TEN, (12.0, 14.0), (14.4, 16.0)),  # a breath of 0.4 s is no pause
        utterance(TEN, (17.0, 19.0), (21.5, 23.0), number=2),  # pauses of 1.0 s and 2.5 s
    ]
    found = measure(answer, 10 * SECOND, english=True)
    assert found.words == 20
    assert found.first_word_s == 2.0
    assert found.answer_s == 11.0  # 12.0 to 23.0
    assert found.speaking_s == 7.1  # 2.0 + 1.6 + 2.0 + 1.5
    assert found.words_per_minute == 169  # 20 / 7.1 s
    assert (found.pauses, found.longest_pause_s) == (2, 2.5)
    assert found.pause_share == pytest.approx(3.5 / 11, abs=0.001)
    assert found.first_sentence_words == 10


def test_too_little_speech_has_no_pace() -> None:
    assert measure([utterance("Yes, sure.", (1.0, 2.0))], 0, english=True).words_per_minute == 0


def test_no_answer_has_no_measures() -> None:
    found = measure([], 5 * SECOND, english=True)
    assert (found.words, found.answer_s, found.pauses, found.pause_share) == (0, 0.0, 0, 0.0)


def test_utterances_without_words_do_not_count() -> None:
    cough = Utterance(2, 50 * SECOND, 50 * SECOND)
    assert measure([utterance(TEN, (1, 5)), cough], 0, english=True).answer_s == 4.0


def test_phrases_are_found_in_english_only() -> None:
    answer = [utterance("Um, for example, in the end we doubled it to 40 percent.", (1, 5))]
    found = measure(answer, 0, english=True)
    assert (found.fillers, found.example_words, found.result_words) == (
        {"um": 1},
        "for example",
        "in the end",
    )
    assert found.figures == ["40 percent"]
    other = measure(answer, 0, english=False)
    assert (other.fillers, other.example_words, other.result_words, other.figures) == ({}, "", "", [])
    assert other.words == found.words


def test_several_answers_add_up() -> None:
    one = measure([utterance(f"Um. {TEN}", (1.0, 5.0))], 0, english=True)
    two = measure([utterance(f"Um, uh. {TEN}", (4.0, 6.0), (8.0, 10.0))], 0, english=True)
    nothing = measure([], 0, english=True)
    whole = combine([one, nothing, two])
    assert whole.words == 23
    assert whole.fillers == {"um": 2, "uh": 1}
    assert whole.answer_s == 10.0
    assert whole.speaking_s == 8.0
    assert whole.words_per_minute == 172  # 23 / 8 s
    assert whole.first_word_s == 2.5
    assert (whole.pauses, whole.longest_pause_s, whole.pause_share) == (1, 2.0, 0.2)


@given(
    st.lists(st.tuples(st.text(max_size=40), st.integers(0, SECOND), st.integers(1, 9 * SECOND)), max_size=8),
    st.integers(0, 5 * SECOND),
)
@example([("?", 0, SECOND)], 0)
def test_shares_and_durations_are_consistent(pieces: list[tuple[str, int, int]], from_sample: int) -> None:
    at, answer = from_sample, []
    for number, (text, gap, length) in enumerate(pieces, 1):
        answer.append(Utterance(number, at + gap, at + gap, [], at + gap + length, text, ended=True))
        at += gap + length
    found = measure(answer, from_sample, english=True)
    assert 0.0 <= found.pause_share <= 1.0
    assert found.speaking_s <= found.answer_s + 0.02
    assert found.words >= 0
    assert found.first_word_s >= 0
