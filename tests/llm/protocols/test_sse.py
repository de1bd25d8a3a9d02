"""Server-sent events, for every split of the bytes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.protocols.sse import MAX_EVENT_BYTES, EventTooLong, ServerEvent, SseParser

STREAMS = [
    (b"data: a\n\n", [("message", "a")]),
    (b"data:a\n\n", [("message", "a")]),
    (b"data:  a\n\n", [("message", " a")]),
    (b"data: a\r\n\r\n", [("message", "a")]),
    (b"data: a\r\r", [("message", "a")]),
    (b"data: a\r\n\rdata: b\n\n", [("message", "a"), ("message", "b")]),
    (b"data: a\ndata: b\n\n", [("message", "a\nb")]),
    (b": ping\n\ndata: a\n\n: ping\n\n", [("message", "a")]),
    (b"event: error\ndata: {}\n\ndata: b\n\n", [("error", "{}"), ("message", "b")]),
    (b"id: 7\nretry: 100\nunknown: x\ndata: a\n\n", [("message", "a")]),
    (b"data:\n\ndata\n\ndata: a\n\n", [("message", "a")]),
    (b"\xef\xbb\xbfdata: a\n\n", [("message", "a")]),
    (b"data: a\n\ndata: half", [("message", "a")]),
    (b"data: a\n\ndata: half\n", [("message", "a")]),
    ("data: „ü“ 🙂 \u2028\u0085\x0b\x0c\x1c\n\n".encode(), [("message", "„ü“ 🙂 \u2028\u0085\x0b\x0c\x1c")]),
    (b'error: {"code":500}\n\ndata: [DONE]\n\n', [("error", '{"code":500}'), ("message", "[DONE]")]),
    (b"data: \xff\n\n", [("message", "\ufffd")]),
]  # fmt: skip


def parse(chunks: list[bytes]) -> list[tuple[str, str]]:
    parser = SseParser()
    return [(event.name, event.data) for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_stream_gives_its_events(stream: bytes, events: list[tuple[str, str]]) -> None:
    assert parse([stream]) == events


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_single_bytes_give_same_events(stream: bytes, events: list[tuple[str, str]]) -> None:
    assert parse([stream[at : at + 1] for at in range(len(stream))]) == events


@given(
    st.lists(
        st.sampled_from([b"data: ", b"event: x", "ü🙂\u2028".encode(), b"\r", b"\n", b"\r\n", b":", b"a"])
    ),
    st.lists(st.integers(0, 60)),
)
def test_events_do_not_depend_on_chunks(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[start:stop] for start, stop in itertools.pairwise(bounds)]
    assert parse(chunks) == parse([stream])


@given(st.binary(max_size=400))
def test_any_bytes_are_safe(stream: bytes) -> None:
    assert all(isinstance(event, ServerEvent) and event.data for event in SseParser().feed(stream))


@pytest.mark.parametrize("line", [b"data: " + b"x" * 1000 + b"\n", b"x" * 1000, b": " + b"x" * 1000])
def test_endless_event_is_rejected(line: bytes) -> None:
    parser = SseParser()
    for _ in range(MAX_EVENT_BYTES // len(line)):
        parser.feed(line)
    with pytest.raises(EventTooLong):
        parser.feed(line * 10)


def test_limit_is_per_event() -> None:
    parser = SseParser()
    count = sum(len(parser.feed(b"data: " + b"x" * 1000 + b"\n\n")) for _ in range(2000))
    assert count == 2000


BARE = b'{\n  "error": {\n    "code": 503,\n    "message": "{overloaded"\n  }\n}\n'


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("around", [b"", b"data: a\n\n"])
@pytest.mark.parametrize("bare", [BARE, b"[" + BARE + b"]\n", BARE.replace(b"\n", b"\r\n")])
def test_bare_json_is_an_event(bare: bytes, around: bytes, size: int) -> None:
    whole, parser = around + bare + around, SseParser()
    events = [event for at in range(0, len(whole), size) for event in parser.feed(whole[at : at + size])]
    events += parser.rest()
    (found,) = [event for event in events if event.data != "a"]
    assert "overloaded" in found.data
    assert len(events) == (3 if around else 1)


def test_bare_json_without_final_newline() -> None:
    parser = SseParser()
    assert parser.feed(BARE.rstrip()) == []
    assert [event.data for event in parser.rest()] == [BARE.decode().rstrip()]
    assert SseParser().rest() == []


def test_unclosed_bracket_hides_no_events() -> None:
    parser = SseParser()
    assert [event.data for event in parser.feed(b"{ strange\nmore\ndata: a\n\n")] == ["a"]
    assert parser.feed(b"{\n" * 5000 + b"\ndata: b\n\n")[-1].data == "b"
    assert parser.rest() == []
