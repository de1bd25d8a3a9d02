"""Tests of backpressure at fast pace, and of the session state of a source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bus.messages import (
    CaptureStarted,
    Event,
    FinalTranscribed,
    Heartbeat,
    Logged,
    ReplayStarted,
    SessionEnding,
    SpeechEnded,
    SpeechStarted,
    StageGivenUp,
    StageStarted,
    UtteranceDiscarded,
    UtteranceLost,
)
from capture.session_state import Backpressure, SessionState

S = 16_000


def _logged(event: Event) -> Logged:
    return Logged(1, 1, event)


def _beat(processed_s: float, stage: str = "vad:mic") -> Heartbeat:
    return Heartbeat(stage=stage, processed_seq=1, processed_sample=round(processed_s * S))


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


def _backpressure(*events: Event) -> Backpressure:
    backpressure = Backpressure("mic", 40.0)
    for event in events:
        backpressure.apply(_logged(event))
    return backpressure


def test_at_first_the_full_lead_is_allowed() -> None:
    assert _backpressure().allowed_sample == 40 * S


def test_detection_progress_allows_more() -> None:
    assert _backpressure(_beat(30.0)).allowed_sample == 69 * S


def test_progress_of_other_stages_does_not_count() -> None:
    assert _backpressure(_beat(30.0, "vad:call"), _beat(30.0, "stt")).allowed_sample == 40 * S


def test_utterance_without_final_holds_the_writer_back() -> None:
    backpressure = _backpressure(_started(1, 5.0), _ended(1, 5.0, 10.0), _started(2, 12.0), _beat(30.0))
    assert backpressure.allowed_sample == 45 * S
    backpressure.apply(_logged(_finished(1)))
    assert backpressure.allowed_sample == 52 * S


def test_discarded_and_lost_utterances_do_not_hold_back() -> None:
    fields = {"source": "mic", "start_sample": 0, "stop_sample": 1, "cause": "no words"}
    discarded = UtteranceDiscarded(utterance=1, **fields)  # type: ignore[arg-type]
    lost = UtteranceLost(utterance=2, **fields)  # type: ignore[arg-type]
    backpressure = _backpressure(_started(1, 1.0), _started(2, 2.0), _beat(30.0), discarded, lost)
    assert backpressure.allowed_sample == 69 * S


def test_transcription_given_up_does_not_hold_back() -> None:
    backpressure = _backpressure(
        _started(1, 1.0), _beat(30.0), StageGivenUp(stage="stt", cause="died", fix="")
    )
    assert backpressure.allowed_sample == 69 * S


def test_stage_that_is_tried_again_holds_back() -> None:
    def again(stage: str) -> StageStarted:
        return StageStarted(stage=stage, pid=1, restarts=6)

    given_up = StageGivenUp(stage="stt", cause="died", fix="")
    assert _backpressure(_started(1, 1.0), _beat(30.0), given_up, again("stt")).allowed_sample == 41 * S
    given_up = StageGivenUp(stage="vad:mic", cause="died", fix="")
    assert _backpressure(given_up, again("vad:mic")).allowed_sample == 40 * S


def test_detection_given_up_removes_the_limit() -> None:
    given_up = StageGivenUp(stage="vad:mic", cause="died", fix="")
    assert _backpressure(given_up).allowed_sample is None
    assert _backpressure(StageGivenUp(stage="vad:call", cause="died", fix="")).allowed_sample == 40 * S


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 30)), max_size=30))
def test_oldest_untranscribed_sample_is_never_overwritten(steps: list[tuple[int, int]]) -> None:
    backpressure, processed_s, number, open_since = Backpressure("mic", 40.0), 0.0, 0, dict[int, float]()
    for kind, length_s in steps:
        if kind == 1:
            number += 1
            open_since[number] = processed_s
            backpressure.apply(_logged(_started(number, processed_s)))
        elif kind == 2:
            processed_s += length_s
            backpressure.apply(_logged(_beat(processed_s)))
        elif open_since:
            done = min(open_since)
            del open_since[done]
            backpressure.apply(_logged(_finished(done)))
        allowed = backpressure.allowed_sample
        assert allowed is not None
        oldest_stored = allowed - 60 * S
        assert all(oldest_stored <= start_s * S for start_s in open_since.values())
        assert oldest_stored <= processed_s * S


def _capture_started(source: str) -> CaptureStarted:
    return CaptureStarted(
        source=source,
        first_sample_ns=5,
        start_sample=0,
        device="x",
        native_rate_hz=48_000,
        native_channels=2,
    )


def test_session_state_is_empty_at_first() -> None:
    state = SessionState("mic", 40.0)
    assert (state.earlier, state.replay_start_ns, state.ending) == (None, None, False)


def test_session_state_tracks_its_own_source() -> None:
    state = SessionState("mic", 40.0)
    for event in (
        _capture_started("call"),
        _capture_started("mic"),
        ReplayStarted(start_ns=7),
        SessionEnding(cause="done"),
        _beat(30.0),
    ):
        state.apply(_logged(event))
    assert state.earlier == _capture_started("mic")
    assert (state.replay_start_ns, state.ending) == (7, True)
    assert state.backpressure.allowed_sample == 69 * S
