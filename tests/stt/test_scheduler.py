"""Tests of the scheduler: order of passes, partials, waiting finals, restarts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from stt.scheduler import Resources, Scheduler, Task
from stt.settings import SttSettings

SECOND = 16_000


def started(utterance: int, source: str = "mic", at_s: float = 0.0) -> m.SpeechStarted:
    at = round(at_s * SECOND)
    return m.SpeechStarted(source=source, utterance=utterance, start_sample=at, detected_sample=at)


def paused(utterance: int, at_s: float, source: str = "mic") -> m.SpeechPaused:
    return m.SpeechPaused(
        source=source,
        utterance=utterance,
        start_sample=0,
        quiet_sample=round(at_s * SECOND),
        stop_sample=round((at_s + 0.2) * SECOND),
    )


def resumed(utterance: int, source: str = "mic") -> m.SpeechResumed:
    return m.SpeechResumed(source=source, utterance=utterance, resumed_sample=0)


def ended(utterance: int, at_s: float, source: str = "mic", start_s: float = 0) -> m.SpeechEnded:
    at = round(at_s * SECOND)
    return m.SpeechEnded(
        source=source,
        utterance=utterance,
        start_sample=round(start_s * SECOND),
        quiet_sample=at,
        stop_sample=at + 3200,
        decided_sample=at + 8000,
        cause="silence",
    )


def discarded(utterance: int, source: str = "mic") -> m.UtteranceDiscarded:
    return m.UtteranceDiscarded(
        source=source, utterance=utterance, start_sample=0, stop_sample=1, cause="no words"
    )


def scheduler(*events: m.Event) -> Scheduler:
    fold = Scheduler(SttSettings())
    for seq, event in enumerate(events, 1):
        fold.apply(m.Logged(seq, seq * 1000, event))
    return fold


def written_to(seconds: float) -> Resources:
    sample = round(seconds * SECOND)
    return Resources(written={"mic": sample, "call": sample})


EVERYTHING = written_to(60)
FULL = replace(EVERYTHING, room=False)


def brief(task: Task | None) -> tuple[str, str, int] | None:
    return task and (task.kind, task.source, task.utterance)


def test_without_speech_there_is_no_pass() -> None:
    assert scheduler().next(EVERYTHING) is None


def test_finals_come_first_and_those_of_the_call_before_them() -> None:
    fold = scheduler(
        started(1, "mic"), ended(1, 1.0, "mic"), started(1, "call"), ended(1, 2.0, "call"), started(2, "mic")
    )
    order = []
    for _ in range(3):
        task = fold.next(EVERYTHING)
        assert task is not None
        order.append(brief(task))
    assert order == [("final", "call", 1), ("final", "mic", 1), ("partial", "mic", 2)]


def test_pause_gets_one_speculative_pass_after_its_padding() -> None:
    fold = scheduler(started(1), paused(1, 2.0))
    tail = round(2.2 * SECOND)
    assert fold.next(written_to(2.2 - 1 / SECOND)) is None
    task = fold.next(written_to(2.2))
    assert task == Task("speculative", "mic", 1, 0, tail, 2 * SECOND)
    assert fold.next(EVERYTHING) is None


def test_next_pause_after_resuming_gets_a_speculative_pass() -> None:
    fold = scheduler(started(1), paused(1, 2.0))
    fold.next(EVERYTHING)
    for event in (resumed(1), paused(1, 3.0)):
        fold.apply(m.Logged(9, 9, event))
    task = fold.next(EVERYTHING)
    assert task is not None
    assert (task.kind, task.quiet_sample) == ("speculative", 3 * SECOND)


def test_partials_wait_for_new_audio() -> None:
    fold = scheduler(started(1, at_s=1.0))
    assert fold.next(written_to(1.2)) is None
    assert brief(fold.next(written_to(1.4))) == ("partial", "mic", 1)
    assert fold.next(written_to(1.9)) is None
    assert brief(fold.next(written_to(2.1))) == ("partial", "mic", 1)


def test_partials_of_long_utterances_are_rarer() -> None:
    fold = scheduler(started(1))
    assert brief(fold.next(written_to(20))) == ("partial", "mic", 1)
    assert fold.next(written_to(21)) is None
    assert brief(fold.next(written_to(22))) == ("partial", "mic", 1)


def test_without_room_for_partials_only_finals_begin() -> None:
    fold = scheduler(started(1), ended(1, 2.0), started(2, at_s=3.0))
    assert brief(fold.next(replace(EVERYTHING, room_for_partial=False))) == ("final", "mic", 1)
    assert fold.next(replace(EVERYTHING, room_for_partial=False)) is None
    assert brief(fold.next(EVERYTHING)) == ("partial", "mic", 2)


def test_restart_schedules_only_utterances_without_outcome() -> None:
    fold = scheduler(started(1), ended(1, 1.0), discarded(1), started(2), ended(2, 3.0), started(3))
    task = fold.next(EVERYTHING)
    assert brief(task) == ("final", "mic", 2)


@given(st.permutations(range(1, 7)), st.integers(0, 6))
def test_every_utterance_is_transcribed_exactly_once(order: list[int], known: int) -> None:
    events: list[m.Event] = [event for number in order for event in (started(number), ended(number, number))]
    events += [discarded(number) for number in order[:known]]
    fold = scheduler(*events)
    done = []
    while (task := fold.next(EVERYTHING)) is not None:
        done.append(task.utterance)
        fold.apply(m.Logged(99, 99, discarded(task.utterance)))
    assert sorted(done) == sorted(order[known:])


def test_without_room_finals_wait_and_go_before_other_passes() -> None:
    fold = scheduler(started(1), ended(1, 1.0), started(2), paused(2, 2.0), started(1, "call"))
    assert fold.next(FULL) is None
    assert fold.finals_wait
    assert brief(fold.next(EVERYTHING)) == ("final", "mic", 1)
    assert not fold.finals_wait
    assert fold.next(FULL) is None, "no room is none for a speculative pass either"
    assert brief(fold.next(EVERYTHING)) == ("speculative", "mic", 2)


def test_final_with_a_pass_needs_no_room_but_keeps_order() -> None:
    fold = scheduler(
        started(1), ended(1, 1.0), started(2), ended(2, 3.0), started(1, "call"), ended(1, 2.0, "call")
    )
    full = replace(FULL, speculated={("mic", 2): 3 * SECOND, ("call", 1): 2 * SECOND})
    assert [brief(fold.next(full)) for _ in range(2)] == [("final", "call", 1), None]
    assert brief(fold.next(EVERYTHING)) == ("final", "mic", 1)
    assert brief(fold.next(full)) == ("final", "mic", 2)


def test_speculative_pass_of_another_pause_does_not_serve() -> None:
    fold = scheduler(started(1), ended(1, 1.0))
    assert fold.next(replace(FULL, speculated={("mic", 1): SECOND // 2})) is None


def test_final_whose_turn_alone_is_overwritten_can_be_made() -> None:
    fold = scheduler(started(2, at_s=2), ended(2, 3.0, start_s=2))
    resources = replace(EVERYTHING, oldest={"mic": 2 * SECOND}, read={("mic", 2): SECOND})
    assert fold.pop_overwritten(resources) == []


def test_overwritten_finals_are_returned_once() -> None:
    fold = scheduler(started(1), ended(1, 1.0), started(2), ended(2, 3.0))
    resources = replace(EVERYTHING, oldest={"mic": 2 * SECOND}, read={("mic", 2): 2 * SECOND})
    assert [task.key for task in fold.pop_overwritten(resources)] == [("mic", 1)]
    assert fold.pop_overwritten(resources) == []
    assert brief(fold.next(EVERYTHING)) == ("final", "mic", 2)
