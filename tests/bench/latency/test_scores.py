"""Scores and figures computed from a session's events."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bench.harness.consumer import Received
from bench.harness.process_tree import Usage
from bench.latency.figures import Run, figures
from bench.latency.reference import Reference
from bench.latency.scores import Score, Stray, score
from bench.latency.summary import rows
from bench.latency.timeline import Turn
from bench.latency.utterances import fold
from tests.support.session_lines import line, samples, started, utterance

HELLO = Turn("mic", "hello", "Hello there.", 1.0, 2.0)
HOME = Turn("mic", "home", "I went home. Then it rained.", 4.0, 6.0, longest_pause_s=0.5)
ENDS = Reference(word_ends_s=[("Hello", 1.4), ("there.", 1.9)])


def scored(
    turns: list[Turn], lines: list[list[Received]], references: list[Reference] | None = None
) -> tuple[list[Score], list[Stray]]:
    received = sorted((each for some in lines for each in some), key=lambda each: each.received_ns)
    return score(turns, references or [Reference()] * len(turns), fold([started(), *received]))


def test_latency_runs_from_true_end_to_received_line() -> None:
    (only,), strays = scored([HELLO], [utterance(1, 0.7, 2.05, "Hello there.", final_s=2.4)])
    assert only.latencies_s == [pytest.approx(0.401)]
    assert (only.errors, only.truth_words, strays) == (0, 2, [])
    assert only.waterfall
    assert only.waterfall.vad_lag_ms == pytest.approx(50, abs=0.1)
    assert only.waterfall.wait_ms == pytest.approx(300, abs=0.1)
    assert only.waterfall.total_ms == pytest.approx(401, abs=0.1)


def test_a_missed_turn_is_infinitely_late() -> None:
    (only,), _ = scored([HELLO], [])
    assert only.latencies_s == [math.inf]
    assert (only.errors, only.waterfall) == (2, None)


def test_a_turn_without_its_end_is_infinitely_late() -> None:
    lines = [utterance(1, 3.7, 5.0, "I went home."), utterance(2, 5.1, 6.0, "")]
    (only,), _ = scored([HOME], lines)
    assert only.latencies_s == [math.inf]


def test_a_turn_ending_in_noise_counts_its_last_words() -> None:
    (only,), _ = scored([HOME], [utterance(1, 3.7, 5.0, "I went home. Then it rained.", final_s=5.4)])
    assert only.latencies_s == [pytest.approx(-0.599)]


def test_an_uncertain_end_is_left_out() -> None:
    ends = [Reference(word_ends_s=[("Hello", 0.2), ("there.", 0.4)])]
    (only,), _ = scored([HELLO], [utterance(1, 0.7, 2.05, "Hello there.", final_s=2.4)], ends)
    assert (only.latencies_s, only.unsure_ends, only.waterfall) == ([], 1, None)
    assert only.last_word_s == [pytest.approx(1.001)]
    (never,), _ = scored([HELLO], [], ends)
    assert never.latencies_s == [math.inf]


def test_a_cut_turn_is_as_late_as_its_last_piece() -> None:
    lines = [utterance(1, 3.7, 4.8, "I went home."), utterance(2, 5.0, 6.0, "Then it rained.", final_s=6.5)]
    (only,), _ = scored([HOME], lines)
    assert only.latencies_s == [pytest.approx(0.501)]
    assert (only.pieces, only.cuts) == (["I went home.", "Then it rained."], ["between"])


def test_merged_turns_have_one_score_and_own_latencies() -> None:
    text = "Hello there. I went home. Then it rained."
    (only,), _ = scored([HELLO, HOME], [utterance(1, 0.7, 6.0, text, final_s=6.4)])
    assert only.ids == ["hello", "home"]
    assert only.latencies_s == [pytest.approx(4.401), pytest.approx(0.401)]
    assert only.errors == 0


def test_words_are_timed_from_their_own_ends() -> None:
    partials = [(2.1, "Hello", 0)]
    lines = [utterance(1, 0.7, 2.05, "Hello there.", final_s=2.4, partials=partials)]
    ends = [Reference(word_ends_s=[("Hello", 0.4), ("there.", 0.9)])]  # from the start of the turn
    (only,), _ = scored([HELLO], lines, ends)
    assert only.first_words_s == pytest.approx(0.7)
    assert only.word_first_s == [pytest.approx(0.7), pytest.approx(0.501)]


def test_revisions_are_counted() -> None:
    partials = [(1.5, "Hell of", 1), (1.9, "Hello their", 1)]
    (only,), _ = scored([HELLO], [utterance(1, 0.7, 2.05, "Hello there.", partials=partials)])
    assert only.erased == 3
    assert (only.settled_changed, only.settled) == (1, 1)


def test_words_without_speech_are_invented() -> None:
    noise = Turn("mic", "rain", "", 10.0, 14.0, "noise")
    lines = [utterance(1, 11.0, 12.0, "Thank you."), utterance(2, 20.0, 21.0, "Bye.")]
    scores, strays = scored([noise], lines)
    found = figures([Run(scores=scores, strays=strays, usage={}, seconds=30, late_p99_ms=1, is_void=False)])
    assert found["invented"] == ["Thank you.", "Bye."]
    assert found["words_invented"] == 3
    assert found["wer"] is None
    assert found["end_to_final_s"] is None


def test_passes_count_for_discarded_utterances_too() -> None:
    reported = {"passes": 3, "wasted_passes": 2, "all_compute_ms": 400.0}
    lines = [utterance(1, 0.7, 1.6, "Hello there.", **reported), utterance(2, 1.7, 2.0, "", **reported)]
    (only,), _ = scored([HELLO], lines)
    assert (only.passes, only.wasted_passes, only.all_compute_ms) == (6, 4, 800.0)


def test_what_was_waited_for_and_why() -> None:
    predicted = line(
        5.2,
        "EndpointPredicted",
        source="mic",
        utterance=1,
        quiet_sample=76_800,
        wait_ms=350,
        reason="sentence",
    )
    first = utterance(1, 3.7, 4.8, "I went home.", wait_s=0.35)
    (only,), _ = scored(
        [HOME], [[*first[:-2], predicted, *first[-2:]], utterance(2, 5.0, 6.0, "Then it rained.")]
    )
    assert [(reason, round(wait_ms)) for reason, wait_ms in only.waits] == [("sentence", 350), ("", 300)]


def test_an_utterance_without_outcome_is_missed() -> None:
    started = [line(1.1, "SpeechStarted", source="mic", utterance=1, start_sample=12_000)]
    (only,), _ = scored([HELLO], [started])
    assert only.latencies_s == [math.inf]


def predicted(at_s: float, number: int, quiet_s: float, text: str, **more: Any) -> Received:
    about = {"source": "mic", "utterance": number, "quiet_sample": samples(quiet_s)}
    return line(at_s, "EndpointPredicted", **about, wait_ms=300, reason="sentence", text=text, **more)


def test_all_words_are_seen_at_the_pause_before_the_final() -> None:
    lines = [utterance(1, 0.7, 2.05, "Hello there.", final_s=2.4, partials=[(1.5, "Hello", 1)])]
    (only,), _ = scored([HELLO], [*lines, [predicted(2.2, 1, 2.05, "Hello there.")]])
    assert only.all_words_s == [pytest.approx(0.2)]
    assert only.latencies_s == [pytest.approx(0.401)]
    (wrong,), _ = scored([HELLO], [*lines, [predicted(2.2, 1, 2.05, "Hello their.")]])
    assert wrong.all_words_s == wrong.latencies_s
    (never,), _ = scored([HELLO], [])
    assert never.all_words_s == [math.inf]


def merged(**more: Any) -> list[list[Received]]:
    """Return a turn cut inside its second sentence and merged by the second final."""
    text = "I went home. Then it rained."
    second = utterance(2, 5.0, 6.0, text, final_s=6.4, replaces=[1], partials=[(5.9, "it", 1)])
    first = utterance(1, 3.7, 4.8, "I went home. Then.", final_s=5.2)
    return [first, second, *([[line(7.0, "TranscriptRevised", **more)]] if more else [])]


def test_a_merged_turn_counts_its_words_once() -> None:
    (only,), _ = scored([HOME], merged())
    assert only.pieces == ["I went home. Then it rained."]
    assert (only.errors, only.words, only.finals, only.inserted) == (0, 6, 2, 0)
    assert (only.cuts, only.cuts_left) == (["inside"], [])
    assert only.latencies_s == only.all_words_s == [pytest.approx(0.401)]
    assert (only.settled_changed, only.settled) == (0, 5)


def test_the_words_at_a_pause_may_include_those_of_the_final_before() -> None:
    whole = "I went home. Then it rained."
    (only,), _ = scored([HOME], [*merged(), [predicted(6.2, 2, 6.0, whole, replaces=[1])]])
    assert only.all_words_s == [pytest.approx(0.2)]
    (without,), _ = scored([HOME], [*merged(), [predicted(6.2, 2, 6.0, "it rained.")]])
    assert without.all_words_s == [pytest.approx(0.2)]


def test_a_revision_changes_the_words_but_not_the_latency() -> None:
    revised = {"source": "mic", "utterance": 2, "text": "I went home. When it rained.", "compute_ms": 1.0}
    (only,), _ = scored([HOME], merged(**revised))
    assert only.said == "I went home. When it rained."
    assert only.errors == 1
    assert only.latencies_s == only.all_words_s == [pytest.approx(0.401)]
    assert only.lost_words == ["then"]


def test_a_stray_final_that_a_turn_replaces_is_not_counted_twice() -> None:
    noise = utterance(1, 0.2, 0.6, "Right,", final_s=0.9)
    turn = utterance(2, 3.7, 6.0, "Right, I went home. Then it rained.", final_s=6.4, replaces=[1])
    (only,), strays = scored([HOME], [noise, turn])
    assert (only.inserted, strays) == (1, [])


def test_a_cut_that_is_repaired_later_than_two_seconds_still_shows() -> None:
    lines = [utterance(1, 3.7, 4.8, "I went home. Then.", final_s=5.2)]
    lines.append(utterance(2, 5.0, 6.0, "it rained.", final_s=6.4))
    (only,), _ = scored([HOME], lines)
    assert only.cuts == only.cuts_left == ["inside"]


def test_words_that_were_shown_and_are_in_no_final_are_lost() -> None:
    lines = [utterance(1, 0.7, 2.05, "Hello.", partials=[(1.9, "Hello there you", 0)])]
    (only,), _ = scored([HELLO], lines)
    assert only.lost_words == ["there"]
    noise = Turn("mic", "rain", "", 10.0, 14.0, "noise")
    lines = [
        utterance(1, 11.0, 12.0, "", partials=[(11.9, "Thank you", 0)]),
        utterance(2, 20.0, 21.0, "", partials=[(20.9, "Bye", 0)]),
    ]
    scores, strays = scored([noise], lines)
    found = figures([Run(scores=scores, strays=strays, usage={}, seconds=30, late_p99_ms=1, is_void=False)])
    assert found["words_lost_without_speech"] == ["thank", "you", "bye"]
    assert (found["words_lost"], found["words_invented"]) == ([], 0)


def run(latency_s: float, *, is_void: bool = False) -> Run:
    scores, strays = scored([HELLO], [utterance(1, 0.7, 2.05, "Hello there.", final_s=2.0 + latency_s)])
    usage = {"stt": Usage(cpu_s=5.0, peak_rss_mb=100.0)}
    return Run(scores=scores, strays=strays, usage=usage, seconds=10, late_p99_ms=1, is_void=is_void)


def test_void_runs_do_not_count_while_others_do() -> None:
    found = figures([run(0.4), run(9.0, is_void=True), run(0.5)])
    assert (found["runs"], found["void_runs"]) == (3, 1)
    assert found["end_to_final_s"].count == 2
    assert found["end_to_final_s"].at["max"] == pytest.approx(0.501)
    assert found["cpu_s_per_audio_s"] == pytest.approx(0.5)
    reported = dict(rows(found))
    assert "VOID" in reported["run 2"]
    assert "VOID" not in reported["run 1"]


def test_void_runs_are_shown_if_there_are_no_others() -> None:
    assert figures([run(9.0, is_void=True)])["end_to_final_s"].count == 1


def test_cuts_are_counted_among_clean_utterances() -> None:
    lines = [utterance(1, 3.7, 4.8, "I went home. Then"), utterance(2, 5.0, 6.0, "it rained.")]
    scores, strays = scored([HELLO, HOME], [utterance(3, 0.7, 2.05, "Hello there."), *lines])
    found = figures([Run(scores=scores, strays=strays, usage={}, seconds=9, late_p99_ms=1, is_void=False)])
    assert (found["cut"], found["clean_utterances"], found["cut_share"]) == (1, 2, 0.5)
    assert found["cuts_by_place"] == {"inside": 1, "between": 0, "unknown": 0}
    assert (found["with_inner_pause"], found["cut_with_inner_pause"]) == (1, 1)
