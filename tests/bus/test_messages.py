from __future__ import annotations

import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from bus.failures import Rejected

SPEECH_ENDED = m.SpeechEnded(
    source="mic",
    utterance=3,
    start_sample=16_000,
    quiet_sample=30_000,
    stop_sample=33_200,
    decided_sample=38_000,
    cause="silence",
)


def test_an_event_survives_the_wire() -> None:
    assert m.decode(m.encode(SPEECH_ENDED)) == SPEECH_ENDED


def test_json_is_flat_and_has_its_type() -> None:
    fields = msgspec.json.decode(m.Logged(7, 99, SPEECH_ENDED).as_json())
    assert list(fields)[:3] == ["seq", "logged_ns", "type"]
    assert fields["type"] == "SpeechEnded"
    assert fields["stop_sample"] == 33_200


def test_every_event_has_a_docstring_and_a_name_of_its_own() -> None:
    kinds = typing.get_args(m.Event)
    assert all(kind.__doc__ for kind in kinds)
    assert len({kind.__name__ for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"type": "NoSuchThing"}),
        msgspec.msgpack.encode({"type": "Heartbeat", "stage": "stt", "processed_seq": 1, "extra": 1}),
        msgspec.msgpack.encode({"type": "Heartbeat", "stage": "stt", "processed_seq": "one"}),
        msgspec.msgpack.encode({"type": "Heartbeat"}),
        msgspec.msgpack.encode([1, 2, 3]),
        b"\x91" * 5000,
        bytes(m.MAX_MESSAGE_BYTES + 1),
    ],
)
def test_what_is_not_ours_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        m.decode(body)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_or_decoded_but_never_crash(body: bytes) -> None:
    try:
        event = m.decode(body)
    except Rejected:
        return
    assert isinstance(event, m.Message)
