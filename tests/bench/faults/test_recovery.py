from __future__ import annotations

from typing import Any

from bench.faults.fault_injector import InjectedFault
from bench.faults.recovery import OutcomeCounts, account, count_double_answers, gap, recovery, transcript

SECOND_NS = 1_000_000_000


def event(kind: str, at_s: float = 0.0, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "logged_ns": round(at_s * SECOND_NS), **fields}


def utterance(kind: str, number: int, source: str = "mic") -> dict[str, Any]:
    return event(kind, source=source, utterance=number)


def test_recovery_ends_with_the_new_process_working() -> None:
    events = [
        event("PartialTranscribed", 0.9, source="mic"),
        event("StageDied", 1.1, stage="stt"),
        event("StageStarted", 1.11, stage="stt"),
        event("StageReady", 1.5, stage="view"),
        event("StageReady", 2.0, stage="stt"),
        event("FinalTranscribed", 2.5, source="mic"),
    ]
    found = recovery(InjectedFault("stt", SECOND_NS), events)
    assert (found.found_s, found.ready_s, found.works_s) == (0.1, 1.0, 1.5)
    assert recovery(InjectedFault("stt", 3 * SECOND_NS), events).found_s is None


def test_a_reported_gap_is_compared_with_the_clock() -> None:
    events = [
        event("CaptureStarted", 0.0, source="mic", first_sample_ns=0, start_sample=0),
        event("CaptureStarted", 2.4, source="mic", first_sample_ns=0, start_sample=38_400),
        event("AudioLost", 2.5, source="mic", start_sample=31_840, stop_sample=38_400),
    ]
    reported = gap(InjectedFault("capture:mic", 2 * SECOND_NS), events)
    assert reported is not None
    assert (reported.lost_ms, reported.start_off_ms, reported.stop_off_ms) == (410.0, -10.0, 0.0)


def test_every_utterance_is_to_come_to_one_end_in_order() -> None:
    started = [utterance("SpeechStarted", number) for number in (1, 2, 3, 4)]
    ends = [
        utterance("FinalTranscribed", 2),
        utterance("FinalTranscribed", 1),
        utterance("UtteranceDiscarded", 2),
        utterance("UtteranceLost", 3),
    ]
    assert account([*started, *ends]) == OutcomeCounts(utterances=4, lost=2, doubled=1, out_of_order=1)
    assert account([]) == OutcomeCounts(0, 0, 0, 0)


def test_a_question_may_be_asked_again_and_ends_once() -> None:
    asked = [event("QuestionDetected", source="call", utterance=1, text="Why?") for _ in range(2)]
    assert (
        count_double_answers(
            [*asked, event("AnswerStopped", question=1), event("AnswerFinished", question=2)]
        )
        == 0
    )
    assert (
        count_double_answers([event("AnswerStopped", question=1), event("AnswerFinished", question=1)]) == 1
    )


def test_the_transcript_is_merged_and_revised() -> None:
    finals = [
        event("FinalTranscribed", 1.0, source="mic", utterance=1, text="Tell me"),
        event("FinalTranscribed", 1.0, source="call", utterance=1, text="Sure."),
        event("FinalTranscribed", 2.0, source="mic", utterance=2, text="Tell me about hit.", replaces=[1]),
        event("TranscriptRevised", 3.0, source="mic", utterance=2, text="Tell me about it."),
        event("FinalTranscribed", 4.0, source="mic", utterance=3, text="Please."),
    ]
    assert transcript(finals, "mic") == "Tell me about it. Please."
