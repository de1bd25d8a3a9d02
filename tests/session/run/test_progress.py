from __future__ import annotations

from msgspec.structs import replace

from bus import messages as m
from session.run.progress import Progress
from tests.support.events import discarded, ended, final, log, question, revised


def progress(*events: m.Event, answers: bool = True) -> Progress:
    fold = Progress(["mic"], answers=answers)
    for logged in log(*events):
        fold.apply(logged)
    return fold


CAPTURED = m.CaptureEnded(source="mic", stop_sample=99, cause="end of file")
LISTENED = m.DetectionEnded(source="mic", stop_sample=99)
ANSWERED = m.AnswerFinished(question=1, text="x", model="y", stop_reason="stop")


def given_up(stage: str) -> m.StageGivenUp:
    return m.StageGivenUp(stage=stage, cause="died", fix="")


def considered(seq: int) -> m.Heartbeat:
    return m.Heartbeat(stage="llm", processed_seq=seq)


def test_session_continues_while_work_is_pending() -> None:
    assert not progress().complete
    assert not progress(CAPTURED).complete
    assert not progress(ended(1), CAPTURED, LISTENED).complete
    assert progress(ended(1), CAPTURED, LISTENED, final(1), considered(4)).complete


def test_session_waits_until_the_last_final_is_considered() -> None:
    assert not progress(ended(1), CAPTURED, LISTENED, final(1), considered(3)).complete
    assert progress(ended(1), CAPTURED, LISTENED, final(1), answers=False).complete


def test_session_waits_until_a_revision_is_considered() -> None:
    events = (ended(1), CAPTURED, LISTENED, final(1), revised(1, "Why?"))
    assert not progress(*events, considered(4)).complete
    assert progress(*events, considered(5)).complete


def test_it_waits_for_the_answer() -> None:
    events = (ended(1), CAPTURED, LISTENED, final(1), question(1))
    assert not progress(*events, considered(9)).complete
    assert progress(*events, considered(9), ANSWERED).complete


def test_discarded_utterance_counts_as_transcribed() -> None:
    assert progress(ended(1), CAPTURED, LISTENED, discarded(1), considered(9)).complete


def test_given_up_stage_is_not_waited_for() -> None:
    assert progress(LISTENED, CAPTURED, final(1), given_up("llm")).complete
    assert progress(LISTENED, given_up("capture:mic")).transcribed
    assert progress(CAPTURED, given_up("vad:mic")).transcribed
    assert not progress(CAPTURED, LISTENED, ended(1), given_up("stt")).transcribed, "its outcome is awaited"


def test_device_that_may_come_back_is_waited_for() -> None:
    for is_retried in (True, False):
        fold = Progress(["mic"], live=["mic"], answers=False)
        fold.apply(m.Logged(1, 1, replace(given_up("capture:mic"), is_retried=is_retried)))
        assert fold.complete is not is_retried


def test_stage_that_is_tried_again_is_waited_for() -> None:
    again = m.StageStarted(stage="capture:mic", pid=1, restarts=6)
    assert not progress(given_up("capture:mic"), again).transcribed
    assert progress(given_up("capture:mic"), again, given_up("capture:mic")).transcribed
    assert progress(CAPTURED, LISTENED, again, answers=False).complete, "a resumed one that had ended"
