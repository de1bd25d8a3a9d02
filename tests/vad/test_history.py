"""Tests of the sample and utterance at which a restarted detection continues."""

from __future__ import annotations

from bus.messages import CaptureStarted, Event, Logged, SpeechEnded, SpeechStarted, UtteranceLost
from vad.history import History


def _capture(start_sample: int, source: str = "mic") -> CaptureStarted:
    return CaptureStarted(
        source=source,
        first_sample_ns=5,
        start_sample=start_sample,
        device="x",
        native_rate_hz=16_000,
        native_channels=1,
    )


def _started(number: int, start: int, source: str = "mic") -> SpeechStarted:
    return SpeechStarted(source=source, utterance=number, start_sample=start, detected_sample=start + 9)


def _ended(number: int, start: int, stop: int) -> SpeechEnded:
    return SpeechEnded(
        source="mic",
        utterance=number,
        start_sample=start,
        quiet_sample=stop,
        stop_sample=stop,
        decided_sample=stop + 9,
        cause="silence",
    )


def _history(*events: Event) -> History:
    history = History("mic")
    for number, event in enumerate(events, 1):
        history.apply(Logged(number, number, event))
    return history


def test_utterance_that_the_session_closed_is_not_continued() -> None:
    lost = UtteranceLost(source="mic", utterance=1, start_sample=100, stop_sample=700, cause="vad stopped")
    history = _history(_capture(0), _started(1, 100), lost)
    assert (history.next_utterance, history.unfinished, history.read_from) == (2, None, 700)
    late = _history(_capture(0), _started(1, 100), _ended(1, 100, 900), _started(2, 950), lost)
    assert late.unfinished == _started(2, 950)


def test_history_is_empty_before_capture() -> None:
    history = _history(_capture(0, "call"), _started(1, 10, "call"))
    assert not history.capture_starts
    assert (history.next_utterance, history.unfinished, history.read_from) == (1, None, 0)


def test_detection_continues_after_a_finished_utterance() -> None:
    history = _history(_capture(0), _started(1, 100), _ended(1, 100, 900))
    assert (history.next_utterance, history.unfinished, history.read_from) == (2, None, 900)
    assert history.free_from == 900


def test_unfinished_utterance_is_detected_again_from_its_start() -> None:
    history = _history(_capture(0), _started(1, 100), _ended(1, 100, 900), _started(2, 950))
    assert (history.next_utterance, history.unfinished, history.read_from) == (3, _started(2, 950), 950)


def test_capture_restarted_before_any_speech() -> None:
    history = _history(_capture(0), _capture(32_000))
    assert history.capture_starts == {0, 32_000}
    assert history.read_from == 0
