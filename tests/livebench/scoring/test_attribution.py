from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livebench.scoring.attribution import Account, Spoken, Transcript, attribute

FIRST = Spoken("Where do you see yourself?", 1.0, 3.0)
SECOND = Spoken("Nothing was wanting.", 5.0, 7.0)

# Words that the normalizer leaves unchanged, so that a text can be split anywhere.
WORDS = st.lists(st.sampled_from(["river", "stone", "apple", "garden", "window"]), min_size=1, max_size=6)


def _latencies(account: Account) -> list[float]:
    return [round(outcome.latency_s, 6) for outcome in account.outcomes]


@pytest.mark.parametrize(
    ("transcripts", "latencies", "finals", "merged", "errors"),
    [
        pytest.param(
            [Transcript("Where do you see yourself", 3.4), Transcript("nothing was wanting", 7.5)],
            [0.4, 0.5],
            [1, 1],
            0,
            0,
            id="one final each",
        ),
        pytest.param(
            [
                Transcript("Where do you", 2.5),
                Transcript("See yourself?", 3.6),
                Transcript("Nothing was wanting.", 7.5),
            ],
            [0.6, 0.5],
            [2, 1],
            0,
            0,
            id="the last piece completes what was cut",
        ),
        pytest.param(
            [Transcript("Where do you see yourself? Nothing was wanting.", 8.0)],
            [5.0, 1.0],
            [1, 1],
            1,
            0,
            id="one final for both",
        ),
        pytest.param(
            [Transcript("Where do you see yourself?", 3.4)],
            [0.4, math.inf],
            [1, 0],
            0,
            3,
            id="one is missing",
        ),
        pytest.param([], [math.inf, math.inf], [0, 0], 0, 8, id="silence"),
        pytest.param(
            [Transcript("What do you see yourself?", 3.4), Transcript("Nothing was wanted.", 7.5)],
            [0.4, 0.5],
            [1, 1],
            0,
            2,
            id="a wrong word is a word",
        ),
        pytest.param(
            [Transcript("Where do you", 1.9), Transcript("Nothing was wanting.", 7.5)],
            [math.inf, 0.5],
            [1, 1],
            0,
            2,
            id="the end of an utterance never came",
        ),
        pytest.param(
            [Transcript("Where do you see yourself?", 2.2), Transcript("Nothing was wanting.", 7.5)],
            [-0.8, 0.5],
            [1, 1],
            0,
            0,
            id="energy may outlast the last word",
        ),
        pytest.param(
            [Transcript("Where do you see yourself? Nothing", 3.4), Transcript("was wanting.", 7.5)],
            [0.4, 0.5],
            [1, 1],
            0,
            2,
            id="nobody hears a word before it is spoken",
        ),
    ],
)
def test_words_go_to_the_utterance_they_were_spoken_in(
    transcripts: list[Transcript], latencies: list[float], finals: list[int], merged: int, errors: int
) -> None:
    account = attribute([FIRST, SECOND], transcripts)
    assert _latencies(account) == latencies
    assert [len(outcome.finals) for outcome in account.outcomes] == finals
    assert (account.merged, account.word_errors, account.true_words) == (merged, errors, 8)


def test_spelling_is_no_error() -> None:
    account = attribute(
        [Spoken("Mister Smith's colour is grey", 0, 1)], [Transcript("mr. smith's color is gray", 2)]
    )
    assert account.word_errors == 0


@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_however_perfect_words_are_cut_none_is_missing(texts: list[list[str]], data: st.DataObject) -> None:
    spoken = [Spoken(" ".join(words), 10.0 * number, 10.0 * number + 5) for number, words in enumerate(texts)]
    transcripts = []
    for words, utterance in zip(texts, spoken, strict=True):
        at = data.draw(st.integers(0, len(words)))
        pieces = [piece for piece in (words[:at], words[at:]) if piece]
        transcripts += [
            Transcript(" ".join(piece), utterance.end_s + number) for number, piece in enumerate(pieces)
        ]
    account = attribute(spoken, transcripts)
    assert account.word_errors == 0
    assert account.merged == 0
    assert sum(len(outcome.finals) for outcome in account.outcomes) == len(transcripts)
    assert all(outcome.latency_s in (0.0, 1.0) for outcome in account.outcomes)


@given(
    st.lists(WORDS, min_size=1, max_size=4),
    st.lists(st.tuples(WORDS, st.floats(0, 60)), max_size=6),
)
def test_any_finals_are_accounted_for(texts: list[list[str]], finals: list[tuple[list[str], float]]) -> None:
    spoken = [Spoken(" ".join(words), 10.0 * number, 10.0 * number + 5) for number, words in enumerate(texts)]
    transcripts = [
        Transcript(" ".join(words), at_s) for words, at_s in sorted(finals, key=lambda each: each[1])
    ]
    account = attribute(spoken, transcripts)
    assert len(account.outcomes) == len(spoken)
    assert account.merged <= len(transcripts)
    assert account.true_words == sum(map(len, texts))
    for utterance, outcome in zip(spoken, account.outcomes, strict=True):
        assert len(outcome.finals) <= len(transcripts)
        if math.isfinite(outcome.latency_s):
            assert any(
                utterance.end_s + outcome.latency_s == pytest.approx(each.arrived_s) for each in transcripts
            )


@given(st.lists(WORDS, min_size=2, max_size=3), st.lists(st.tuples(WORDS, st.floats(0, 20)), max_size=6))
def test_errors_are_those_of_the_utterances_that_count_and_of_the_others(
    texts: list[list[str]], finals: list[tuple[list[str], float]]
) -> None:
    """Each error belongs to one utterance, so two halves have all of them."""

    def errors(counting: list[bool]) -> int:
        spoken = [
            Spoken(" ".join(words), number * 5.0, number * 5.0 + 3.0, counts=counts)
            for number, (words, counts) in enumerate(zip(texts, counting, strict=True))
        ]
        arrived = [
            Transcript(" ".join(words), at_s) for words, at_s in sorted(finals, key=lambda final: final[1])
        ]
        return attribute(spoken, arrived).word_errors

    first_only = [number == 0 for number in range(len(texts))]
    rest = [not counts for counts in first_only]
    assert errors(first_only) + errors(rest) == errors([True] * len(texts))
    assert errors(first_only) >= 0
