from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from stt.scheduler import Agenda, Task
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


def ended(utterance: int, at_s: float, source: str = "mic") -> m.SpeechEnded:
    at = round(at_s * SECOND)
    return m.SpeechEnded(
        source=source,
        utterance=utterance,
        start_sample=0,
        quiet_sample=at,
        stop_sample=at + 3200,
        decided_sample=at + 8000,
        cause="silence",
    )


def discarded(utterance: int, source: str = "mic") -> m.UtteranceDiscarded:
    return m.UtteranceDiscarded(
        source=source, utterance=utterance, start_sample=0, stop_sample=1, cause="no words"
    )


def agenda(*events: m.Event) -> Agenda:
    fold = Agenda(SttSettings())
    for seq, event in enumerate(events, 1):
        fold.apply(m.Logged(seq, seq * 1000, event))
    return fold


def everything(_: str) -> int:
    return 60 * SECOND


def what(task: Task | None) -> tuple[str, str, int] | None:
    return task and (task.kind, task.source, task.utterance)


def test_there_is_nothing_to_do_while_nobody_speaks() -> None:
    assert agenda().next(everything) is None


def test_finals_go_first_and_the_other_party_before_oneself() -> None:
    fold = agenda(
        started(1, "mic"), ended(1, 1.0, "mic"), started(1, "call"), ended(1, 2.0, "call"), started(2, "mic")
    )
    order = []
    for _ in range(3):
        task = fold.next(everything)
        assert task is not None
        order.append(what(task))
    assert order == [("final", "call", 1), ("final", "mic", 1), ("partial", "mic", 2)]


def test_a_pause_is_speculated_on_once_and_only_when_its_tail_was_heard() -> None:
    fold = agenda(started(1), paused(1, 2.0))
    tail = round(2.2 * SECOND)
    assert fold.next(lambda source: tail - 1) is None
    task = fold.next(lambda source: tail)
    assert task == Task("speculative", "mic", 1, 0, tail, 2 * SECOND)
    assert fold.next(everything) is None


def test_after_a_resumed_pause_the_next_pause_is_speculated_on_anew() -> None:
    fold = agenda(started(1), paused(1, 2.0))
    fold.next(everything)
    for event in (resumed(1), paused(1, 3.0)):
        fold.apply(m.Logged(9, 9, event))
    task = fold.next(everything)
    assert task is not None
    assert (task.kind, task.quiet_sample) == ("speculative", 3 * SECOND)


def test_partials_wait_for_new_audio() -> None:
    fold = agenda(started(1, at_s=1.0))
    assert fold.next(lambda source: round(1.2 * SECOND)) is None
    assert what(fold.next(lambda source: round(1.4 * SECOND))) == ("partial", "mic", 1)
    assert fold.next(lambda source: round(1.9 * SECOND)) is None
    assert what(fold.next(lambda source: round(2.1 * SECOND))) == ("partial", "mic", 1)


def test_partials_of_long_speech_come_more_rarely() -> None:
    fold = agenda(started(1))
    assert what(fold.next(lambda source: 20 * SECOND)) == ("partial", "mic", 1)
    assert fold.next(lambda source: 21 * SECOND) is None
    assert what(fold.next(lambda source: 22 * SECOND)) == ("partial", "mic", 1)


def test_without_room_for_partials_only_finals_are_begun() -> None:
    fold = agenda(started(1), ended(1, 2.0), started(2, at_s=3.0))
    assert what(fold.next(everything, partials=False)) == ("final", "mic", 1)
    assert fold.next(everything, partials=False) is None
    assert what(fold.next(everything)) == ("partial", "mic", 2)


def test_after_a_restart_only_what_was_not_done_is_done() -> None:
    fold = agenda(started(1), ended(1, 1.0), discarded(1), started(2), ended(2, 3.0), started(3))
    task = fold.next(everything)
    assert what(task) == ("final", "mic", 2)


@given(st.permutations(range(1, 7)), st.integers(0, 6))
def test_every_utterance_is_done_exactly_once_however_often_history_is_heard(
    order: list[int], known: int
) -> None:
    events: list[m.Event] = [event for number in order for event in (started(number), ended(number, number))]
    events += [discarded(number) for number in order[:known]]
    fold = agenda(*events)
    done = []
    while (task := fold.next(everything)) is not None:
        done.append(task.utterance)
        fold.apply(m.Logged(99, 99, discarded(task.utterance)))
    assert sorted(done) == sorted(order[known:])


def test_without_room_finals_wait_and_nothing_else_is_begun_before_them() -> None:
    fold = agenda(started(1), ended(1, 1.0), started(2), paused(2, 2.0), started(1, "call"))
    assert fold.next(everything, room=False) is None
    assert fold.finals_wait
    assert what(fold.next(everything)) == ("final", "mic", 1)
    assert not fold.finals_wait
    assert fold.next(everything, room=False) is None, "no room is none for a speculative pass either"
    assert what(fold.next(everything)) == ("speculative", "mic", 2)


def test_a_final_whose_pass_is_made_already_needs_no_room_but_overtakes_none_of_its_source() -> None:
    fold = agenda(
        started(1), ended(1, 1.0), started(2), ended(2, 3.0), started(1, "call"), ended(1, 2.0, "call")
    )
    made = {("mic", 2), ("call", 1)}
    order = [fold.next(everything, room=False, is_made=lambda task: task.key in made) for _ in range(2)]
    assert [what(task) for task in order] == [("final", "call", 1), None]
    assert what(fold.next(everything)) == ("final", "mic", 1)
    assert what(fold.next(everything, room=False, is_made=lambda task: True)) == ("final", "mic", 2)


def test_finals_whose_sound_is_gone_are_skipped_whole_and_once() -> None:
    fold = agenda(started(1), ended(1, 1.0), started(2), ended(2, 3.0))
    skipped = fold.skipped(lambda task: task.utterance == 1)
    assert [task.key for task in skipped] == [("mic", 1)]
    assert fold.skipped(lambda task: task.utterance == 1) == []
    assert what(fold.next(everything)) == ("final", "mic", 2)
