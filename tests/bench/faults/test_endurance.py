from __future__ import annotations

from bench.faults.endurance import STALL_S, evaluate
from bench.harness.consumer import Playback, Received
from tests.support.session_lines import ZERO_NS, line, started, utterance

MEMORY = [{"stt": 300.0 + number, "hub": 20.0} for number in range(10)]


def session(*utterances: list[Received]) -> Playback:
    return Playback([started(), *(each for lines in utterances for each in lines)], {})


def test_early_and_late_lag_and_memory_growth_are_reported() -> None:
    quick = [utterance(number, number * 3.0, number * 3.0 + 2, "well") for number in range(1, 9)]
    slow = [
        utterance(number, number * 3.0, number * 3.0 + 2, "well", final_s=number * 3.0 + 4.3)
        for number in (9, 10)
    ]
    figures = evaluate(session(*quick, *slow), MEMORY)
    assert figures["utterances"] == 10
    assert figures["lost"] == 0
    assert round(float(str(figures["lag_first_fifth_p50_s"])), 2) == 0.02
    assert round(float(str(figures["lag_last_fifth_p50_s"])), 2) == 2.0
    assert figures["grown_mb"] == {"stt": 3.0, "hub": 0.0}
    assert "recovery_s" not in figures


def test_an_utterance_without_outcome_is_lost() -> None:
    kept, lost = utterance(1, 0, 2, "well"), utterance(2, 3, 5, "gone")[:-1]
    about = {"source": "mic", "utterance": 3}
    overwritten = [
        *utterance(3, 6, 8, "gone")[:-1],
        line(9, "UtteranceLost", **about, start_sample=0, stop_sample=1),
    ]
    assert evaluate(session(kept, lost, overwritten), MEMORY)["lost"] == 2


def test_recovery_from_a_stall_ends_with_the_last_late_final() -> None:
    stalled_at_s = 10.0
    lines = [
        utterance(1, 2, 5, "before"),
        utterance(2, 9, 11, "during", final_s=16.0),
        utterance(3, 17, 19, "after"),
    ]
    figures = evaluate(session(*lines), MEMORY, ZERO_NS + round(stalled_at_s * 1e9))
    assert round(float(str(figures["recovery_s"])), 2) == round(16.0 - stalled_at_s - STALL_S, 2)
