from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from session.run.end.statistics import Statistics, percentile
from tests.support.events import discarded, final, question, request, revised, started

SECOND_NS = 1_000_000_000


def statistics(
    *stamped: tuple[float, m.Event], true_ends_s: dict[str, list[float]] | None = None
) -> Statistics:
    fold = Statistics(true_ends_s or {})
    for seq, (logged_s, event) in enumerate(stamped, 1):
        fold.apply(m.Logged(seq, round(logged_s * SECOND_NS), event))
    return fold


def test_latency_runs_from_the_detected_end_of_speech() -> None:
    fold = statistics((0, started(first_sample_ns=5 * SECOND_NS)), (7.5, final(1, end_s=2.0)))
    assert fold.final_latencies_s == [pytest.approx(0.5)]
    assert (fold.utterances, fold.words) == (1, 2)


def test_unconfirmed_and_not_understood_are_counted() -> None:
    fold = statistics(
        (0, started()),
        (7, final(1, unconfirmed=True)),
        (8, discarded(2, speech_ms=900.0)),
        (9, discarded(3, speech_ms=32.0)),
    )
    assert (fold.unconfirmed_turns, fold.not_understood, fold.final_latencies_s) == (1, 1, [])


def test_words_of_a_continued_turn_are_counted_once() -> None:
    fold = statistics(
        (0, started()),
        (7, final(1, "Tell me.", unconfirmed=True)),
        (8, final(2, "Tell me about it.", replaces=[1])),
        (9, revised(2, "Tell me all about it.")),
    )
    assert (fold.utterances, fold.words, fold.unconfirmed_turns) == (2, 5, 0)


def test_a_question_that_grew_counts_once() -> None:
    done = [m.AnswerFinished(question=number, text="", model="", stop_reason="") for number in (1, 2)]
    fold = statistics((1, question(1)), (2, done[0]), (3, question(2, replaces=1)), (4, done[1]))
    assert (fold.questions, fold.answered) == (1, {2})


def test_latency_runs_from_the_true_end_if_known() -> None:
    fold = statistics(
        (0, started()),
        (3.0, final(1, end_s=2.1)),
        (5.0, final(2, end_s=4.0)),
        true_ends_s={"mic": [2.0, 9.0]},
    )
    assert fold.final_latencies_s == [pytest.approx(1.0)], "the second was cut in mid-turn"


def test_only_the_first_token_of_an_answer_counts() -> None:
    grew = m.AnswerStreamed(question=1, delta="a", received_ns=0)
    fold = statistics((1, question(1)), (1.4, grew), (3, grew))
    assert fold.first_token_latencies_s == [pytest.approx(0.4)]


def test_failures_are_counted() -> None:
    fold = statistics(
        (0, m.StageDied(stage="stt", cause="x")),
        (0, m.StageDied(stage="llm", cause="x")),
        (0, m.StageGivenUp(stage="llm", cause="x", fix="y")),
        (0, m.AudioLost(source="mic", start_sample=10, stop_sample=170, cause="overflow")),
        (0, request(1, left_machine=True)),
    )
    assert (fold.restarts, fold.given_up, fold.lost_samples, len(fold.requests)) == (1, ["llm"], 160, 1)


def test_stage_that_works_again_is_not_given_up() -> None:
    died, given_up = m.StageDied(stage="stt", cause="x"), m.StageGivenUp(stage="stt", cause="x", fix="y")
    fold = statistics((0, died), (0, given_up), (60, died), (60, given_up))
    assert (fold.restarts, fold.given_up) == (0, ["stt"])
    fold = statistics((0, died), (0, given_up), (60, m.StageReady(stage="stt")))
    assert (fold.restarts, fold.given_up) == (1, [])


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.95, 3.0),
        ([1, 2, 3, 4], 0.5, 2),
        (list(range(1, 101)), 0.95, 95),
        ([1, 2], 1, 2),
    ],
)
def test_percentile(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0.01, 1))
def test_percentile_is_not_exceeded_by_enough_values(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
