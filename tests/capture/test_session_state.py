"""Fast pace: nothing that is still needed is overwritten, and nothing waits for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bus.messages import (
    FinalTranscribed,
    Heartbeat,
    SpeechEnded,
    SpeechStarted,
    StageGivenUp,
    UtteranceDiscarded,
    UtteranceLost,
)
from capture.backpressure import FlowControl

S = 16_000


def _beat(heard_s: float, stage: str = "vad:mic") -> Heartbeat:
    return Heartbeat(stage=stage, processed_seq=1, processed_sample=round(heard_s * S))


def _started(number: int, start_s: float, source: str = "mic") -> SpeechStarted:
    start = round(start_s * S)
    return SpeechStarted(source=source, utterance=number, start_sample=start, detected_sample=start + 500)


def _ended(number: int, start_s: float, stop_s: float) -> SpeechEnded:
    stop = round(stop_s * S)
    return SpeechEnded(
        source="mic",
        utterance=number,
        start_sample=round(start_s * S),
        quiet_sample=stop,
        stop_sample=stop,
        decided_sample=stop,
        cause="silence",
    )


def _finished(number: int) -> FinalTranscribed:
    return FinalTranscribed(
        source="mic",
        utterance=number,
        text="yes",
        start_sample=0,
        quiet_sample=1,
        stop_sample=1,
        mean_log_probability=-0.1,
        no_speech_probability=0.0,
        window_s=8.0,
        retried=False,
        speculative=True,
        queue_ms=0.0,
        compute_ms=100.0,
    )


def _flow(*events: object) -> FlowControl:
    flow = FlowControl("mic", 40.0)
    for event in events:
        flow.apply(event)  # type: ignore[arg-type]
    return flow


def test_at_first_as_much_as_may_lie_between() -> None:
    assert _flow().allowed_sample == 40 * S


def test_the_listener_pulls_the_writer_along() -> None:
    assert _flow(_beat(30.0)).allowed_sample == 69 * S


def test_other_listeners_do_not() -> None:
    assert _flow(_beat(30.0, "vad:call"), _beat(30.0, "stt")).allowed_sample == 40 * S


def test_words_that_are_not_final_hold_it_back() -> None:
    flow = _flow(_started(1, 5.0), _ended(1, 5.0, 10.0), _started(2, 12.0), _beat(30.0))
    assert flow.allowed_sample == 45 * S
    flow.apply(_finished(1))
    assert flow.allowed_sample == 52 * S


def test_discarded_and_lost_utterances_hold_nothing_back() -> None:
    gone = {"source": "mic", "start_sample": 0, "stop_sample": 1, "cause": "no words"}
    discarded = UtteranceDiscarded(utterance=1, **gone)  # type: ignore[arg-type]
    lost = UtteranceLost(utterance=2, **gone)  # type: ignore[arg-type]
    flow = _flow(_started(1, 1.0), _started(2, 2.0), _beat(30.0), discarded, lost)
    assert flow.allowed_sample == 69 * S


def test_a_transcriber_that_was_given_up_holds_nothing_back() -> None:
    flow = _flow(_started(1, 1.0), _beat(30.0), StageGivenUp(stage="stt", cause="died", fix=""))
    assert flow.allowed_sample == 69 * S


def test_without_a_listener_there_is_nothing_to_wait_for() -> None:
    given_up = StageGivenUp(stage="vad:mic", cause="died", fix="")
    assert _flow(given_up).allowed_sample is None
    assert _flow(StageGivenUp(stage="vad:call", cause="died", fix="")).allowed_sample == 40 * S


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 30)), max_size=30))
def test_the_oldest_untranscribed_sample_is_never_overwritten(steps: list[tuple[int, int]]) -> None:
    flow, heard_s, number, open_since = FlowControl("mic", 40.0), 0.0, 0, dict[int, float]()
    for kind, length_s in steps:
        if kind == 1:
            number += 1
            open_since[number] = heard_s
            flow.apply(_started(number, heard_s))
        elif kind == 2:
            heard_s += length_s
            flow.apply(_beat(heard_s))
        elif open_since:
            done = min(open_since)
            del open_since[done]
            flow.apply(_finished(done))
        allowed = flow.allowed_sample
        assert allowed is not None
        oldest_kept = allowed - 60 * S
        assert all(oldest_kept <= start_s * S for start_s in open_since.values())
        assert oldest_kept <= heard_s * S
