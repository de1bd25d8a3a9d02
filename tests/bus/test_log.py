from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from bus.failures import Rejected
from bus.log.session_log import (
    BATCH_EVENTS,
    SUPERSEDED_RETAINED_S,
    TRANSIENT_QUEUED,
    SessionLog,
    Subscriber,
    history_in,
)

ENDING = m.SessionEnding(cause="x")
LOST = m.UtteranceLost(source="mic", utterance=1, start_sample=0, stop_sample=1, cause="gone")
CONSENT = m.ConsentGiven()
BEAT = m.Heartbeat(stage="stt", processed_seq=0)


def test_only_logged_events_are_numbered() -> None:
    log = SessionLog()
    numbers = [log.append(event, 0).seq for event in (ENDING, BEAT, CONSENT, BEAT, ENDING)]
    assert numbers == [1, 0, 2, 0, 3]


@given(st.lists(st.booleans(), max_size=600), st.integers(min_value=0, max_value=50))
def test_a_subscriber_gets_each_event_once_and_in_order(kinds: list[bool], late: int) -> None:
    log = SessionLog()
    for is_ending in kinds[:late]:
        log.append(ENDING if is_ending else CONSENT, 0)
    subscriber = Subscriber(frozenset({m.SessionEnding}))
    got: list[int] = []

    def drain() -> None:
        while (events := subscriber.next_batch(log)) is not None:
            assert len(events) <= BATCH_EVENTS
            got.extend(logged.seq for logged in events)
            subscriber.waiting = True

    for is_ending in kinds[late:]:
        log.append(ENDING if is_ending else CONSENT, 0)
        if is_ending:
            drain()
    drain()
    assert got == [seq for seq, is_ending in enumerate(kinds, 1) if is_ending]


def test_a_silent_subscriber_costs_a_bounded_queue() -> None:
    log, subscriber = SessionLog(), Subscriber(frozenset({m.Heartbeat, m.ConsentGiven}), waiting=False)
    for _ in range(10 * TRANSIENT_QUEUED):
        subscriber.offer(log.append(BEAT, 0))
    log.append(CONSENT, 0)
    assert subscriber.next_batch(log) is None
    subscriber.waiting = True
    events = subscriber.next_batch(log)
    assert events is not None
    assert len(events) == TRANSIENT_QUEUED + 1


def test_the_first_reply_reports_an_empty_history() -> None:
    log, subscriber = SessionLog(), Subscriber(frozenset({m.SessionEnding}))
    assert subscriber.next_batch(log) == []
    subscriber.waiting = True
    assert subscriber.next_batch(log) is None


def test_a_restored_log_continues_its_numbers() -> None:
    history, log = [m.Logged(1, 5, ENDING), m.Logged(2, 6, CONSENT)], SessionLog()
    log.restore(history)
    log.append(ENDING, 7)
    assert log.since(0, frozenset({m.SessionEnding, m.ConsentGiven}), 10)[0] == [
        *history,
        m.Logged(3, 7, ENDING),
    ]


@pytest.mark.parametrize("numbers", [[0], [-1], [1, 1], [2, 1], [1, 3, 2]])
def test_what_is_not_numbered_upwards_is_no_log(numbers: list[int]) -> None:
    with pytest.raises(Rejected):
        SessionLog().restore([m.Logged(number, 0, ENDING) for number in numbers])


def test_what_an_utterance_went_through_fades_and_its_end_stays() -> None:
    log, kinds = SessionLog(), frozenset({m.SpeechResumed, m.SessionEnding})
    resumed = m.SpeechResumed(source="mic", utterance=1, resumed_sample=5)
    log.append(LOST, 0)
    for turn in range(3000):
        log.append(resumed, turn * 1_000_000_000)
        log.append(ENDING, turn * 1_000_000_000)
    got, at, subscriber = [], -1, Subscriber(kinds)
    while (events := subscriber.next_batch(log)) is not None:
        got += events
        assert subscriber.seq > at, "a gap does not hold a follower up"
        at, subscriber.waiting = subscriber.seq, True
    assert at == log.latest_seq == 6001
    assert [logged.seq for logged in got if logged.event == ENDING] == list(range(3, 6002, 2))
    passing = [logged.logged_ns / 1e9 for logged in got if logged.event == resumed]
    assert 2999 - SUPERSEDED_RETAINED_S - 1000 <= passing[0] <= 3000 - SUPERSEDED_RETAINED_S
    assert passing == [float(turn) for turn in range(int(passing[0]), 3000)], "of the last minutes, all"


def test_words_of_an_utterance_without_an_end_do_not_fade() -> None:
    log, grown = (
        SessionLog(),
        m.PartialTranscribed(source="mic", utterance=2, text="Honestly,", stable_words=1, stop_sample=9),
    )
    log.append(LOST, 0)
    log.append(grown, 0)
    for turn in range(3000):
        log.append(ENDING, turn * 1_000_000_000)
    assert grown in [logged.event for logged in log.all()]


def test_a_log_with_gaps_is_restored_unchanged() -> None:
    history, log = [m.Logged(3, 5, ENDING), m.Logged(7, 6, CONSENT)], SessionLog()
    log.restore(history)
    assert log.append(ENDING, 7).seq == 8
    assert log.all() == [*history, m.Logged(8, 7, ENDING)]


def test_a_log_that_has_begun_takes_up_no_other() -> None:
    log = SessionLog()
    log.append(ENDING, 0)
    with pytest.raises(Rejected, match="not empty"):
        log.restore([m.Logged(2, 0, ENDING)])


def test_a_log_is_read_as_it_was_written() -> None:
    history = [m.Logged(3, 5, ENDING), m.Logged(7, 6, CONSENT)]
    assert history_in(msgspec.msgpack.encode(history)) == history


@pytest.mark.parametrize(
    "history",
    [
        [m.Logged(2, 0, ENDING), m.Logged(1, 0, ENDING)],
        [m.Logged(1, 0, BEAT)],  # not a logged event
        [m.Logged((1 << 64) - 1, 0, ENDING)],  # the next number would be out of range
    ],
)
def test_what_no_hub_would_have_kept_is_no_log(history: list[m.Logged]) -> None:
    with pytest.raises(Rejected):
        history_in(msgspec.msgpack.encode(history))


@pytest.mark.parametrize(
    "body", [b"", b"\xc1", b"\xc0", b"\x91" * 5000, b"\xdd\xff\xff\xff\xff", b"\x91\xa4\xff\xfe\xfd\xfc"]
)
def test_bytes_that_are_no_log_are_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        history_in(body)


def test_wiping_leaves_nothing() -> None:
    log = SessionLog()
    log.append(ENDING, 0)
    assert log.wipe() == 1
    assert log.since(0, frozenset({m.SessionEnding}), 10) == ([], 1)
