"""Tests of the reports about late transcripts."""

from __future__ import annotations

from bus.messages import Event, Logged, ProblemReported, SpeechEnded, UtteranceDiscarded, UtteranceLost
from stt.lag import BEHIND_S, Lag

_SECOND_NS = 1_000_000_000


def _ended(utterance: int, source: str = "mic") -> SpeechEnded:
    return SpeechEnded(
        source=source,
        utterance=utterance,
        start_sample=0,
        quiet_sample=1,
        stop_sample=1,
        decided_sample=1,
        cause="silence",
    )


def _without_words(utterance: int) -> UtteranceDiscarded:
    return UtteranceDiscarded(source="mic", utterance=utterance, start_sample=0, stop_sample=1, cause="none")


def _lost(utterance: int) -> UtteranceLost:
    return UtteranceLost(
        source="mic", utterance=utterance, start_sample=0, stop_sample=1, cause="overwritten"
    )


def _after(lag: Lag, event: Event, at_s: float) -> None:
    lag.apply(Logged(1, round(at_s * _SECOND_NS), event))


def _report(lag: Lag, at_s: float) -> ProblemReported | None:
    return lag.report(round(at_s * _SECOND_NS))


def test_words_in_time_are_not_reported() -> None:
    lag = Lag()
    for second in range(100):
        _after(lag, _ended(second), second)
        assert _report(lag, second + 0.9) is None
        _after(lag, _without_words(second), second + 0.9)
    assert _report(lag, 200.0) is None


def test_lag_and_its_end_are_each_reported_once() -> None:
    lag = Lag()
    _after(lag, _ended(1), 0.0)
    assert _report(lag, BEHIND_S) is None
    late = [report for tenth in range(31, 100) if (report := _report(lag, tenth / 10))]
    assert len(late) == 1
    assert "late" in late[0].problem
    assert late[0].fix
    _after(lag, _without_words(1), 10.0)
    over = [report for tenth in range(100, 200) if (report := _report(lag, tenth / 10))]
    assert len(over) == 1
    assert "caught up" in over[0].problem


def test_words_of_another_source_still_count_as_late() -> None:
    lag = Lag()
    _after(lag, _ended(1), 0.0)
    _after(lag, _ended(1, "call"), 5.0)
    assert _report(lag, 6.5)
    _after(lag, _without_words(1), 6.6)
    assert _report(lag, 6.7) is None, "the other's is 1.7 s late"


def test_skipped_utterances_are_in_the_report() -> None:
    lag = Lag()
    _after(lag, _lost(7), 0.0)
    _after(lag, _ended(1), 0.0)
    assert _report(lag, 4.0)
    _after(lag, _lost(1), 5.0)
    over = _report(lag, 5.0)
    assert over
    assert "all but 1 " in over.kept
