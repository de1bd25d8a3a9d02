"""Answer streams: formats, chunks, reasoning and marks in the text, errors."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from llm.client.http.stream import repeats
from tests.llm.client.conftest import StartClient
from tests.support.fake_provider import (
    DONE,
    END,
    HEAD,
    USAGE,
    Do,
    ProviderServer,
    Step,
    answer,
    chunk,
    delta,
    event,
    json_reply,
    plain_reply,
    split,
)
from tests.support.llm_client import InProcessLlm

KEY = "sk-test-0123456789abcdef"
QUESTION = "Why did you choose Postgres?"
A = "The Brooklyn Bridge opened in 1883."


def stream(*pieces: bytes) -> list[Step]:
    return [HEAD, *map(chunk, pieces), END]


@pytest.mark.parametrize(
    "texts",
    [
        ("<think>\n", "Okay, be brief.", "\n</think>", "\n\n", "The ", A[4:]),
        ("<th", "ink", ">\nhm</", "think", f">\n{A}"),
        ("<|channel|>analysis<|message|>hm", "<|end|><|start|>assistant<|channel|>final<|message|>", A),
        (A, "<|im_end|>", "\n<|im_start|>user\nMore?"),
        (A[:-1], ".</s>"),
    ],
)
def test_reasoning_and_tokens_are_not_published(
    client: InProcessLlm, provider: ProviderServer, texts: tuple[str]
) -> None:
    provider.script = [answer(*texts)]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == A == client.text()


def test_reasoning_may_exceed_first_text_timeout(start_client: StartClient, provider: ProviderServer) -> None:
    client = start_client(
        provider=provider.base_url,
        first_token_timeout_s=0.5,
        local_first_token_timeout_s=0.5,
        total_timeout_s=1.0,
    )
    provider.script = [[HEAD, chunk(delta("<think>\nI wonder"))]]
    client.publish(QUESTION)
    assert "still reasoning" in client.wait_for(m.AnswerStopped).cause


def test_unclosed_reasoning_gives_no_visible_answer(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [stream(delta("<think>\n"), delta("more and "), delta("", finish="length"), DONE)]
    client.publish(QUESTION)
    stopped = client.wait_for(m.AnswerStopped)
    assert (stopped.kept, client.text()) == ("", "")
    assert "used all answer tokens for reasoning" in stopped.cause
    assert client.wait_for(m.UsageCounted).answer_tokens > 0


def test_reasoning_without_opening_tag_is_replaced(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [answer("It asks for a year.", "\n</think>\n\n", A)]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == A
    assert [(grew.delta, grew.replaces) for grew in client.all(m.AnswerStreamed)] == [
        ("It asks for a year.", False),
        (A, True),
    ]
    client.publish("What is a mutex?")
    assert client.wait_for(m.AnswerFinished, 2).text == A
    assert client.text(2) == A, "the second time the thoughts are held back"


WHOLE = {"choices": [{"message": {"content": A}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5}}
NATIVE = b'{"message":{"content":"%b"},"done":false}\n{"message":{"content":""},"done":true}\n' % A.encode()
SHAPES: list[list[Step]] = [
    [json_reply(WHOLE)],
    [plain_reply(NATIVE, "application/x-ndjson")],
    [plain_reply(NATIVE, "application/json")],
    [plain_reply(event(WHOLE), "application/json; charset=utf-8")],
    [plain_reply(b"\xef\xbb\xbf" + event(WHOLE), "text/plain")],
    stream(event({"choices": [{"delta": {"content": [{"type": "text", "text": A}]}}]}), DONE),
    stream(event(WHOLE)),
]


def test_answer_in_any_shape_is_shown(client: InProcessLlm, provider: ProviderServer) -> None:
    for number, reply in enumerate(SHAPES, start=1):
        provider.script = [reply]
        client.publish(f"What is the use of step {number} in your plan?")
        assert client.wait_for(m.AnswerFinished, number).text == A
    assert len(provider.asked) == len(SHAPES)


def test_emoji_across_two_events(client: InProcessLlm, provider: ProviderServer) -> None:
    halves = [delta(text).replace(b"\\\\u", b"\\u") for text in (r"ok \ud83d", r"\ude00 fine \ud83d", ".")]
    provider.script = [stream(*halves, delta("", finish="stop"), DONE)]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "ok 😀 fine \ufffd." == client.text()


@pytest.mark.parametrize("body", [b"{}", b"null", b'{"detail":"no such route"}', b"[1, 2", b""])
def test_body_without_answer(client: InProcessLlm, provider: ProviderServer, body: bytes) -> None:
    provider.script = [[plain_reply(body, "application/json")]]
    client.publish(QUESTION)
    assert "not a stream" in client.wait_for(m.AnswerStopped).cause
    assert len(provider.asked) == 1


def refused(message: str, status: str = "400 Bad Request") -> list[Step]:
    return [json_reply({"error": {"message": message, "type": "BadRequestError", "code": 400}}, status)]


def test_unsupported_fields_are_dropped_one_by_one(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [
        refused("System role not supported"),
        refused("Unrecognized request argument: stream_options", "422 Unprocessable Entity"),
        refused("temperature is not supported"),
        answer(A),
        [HEAD, Do.RESET],
        answer(A),
    ]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == A
    client.publish("What is a mutex?")
    client.wait_for(m.AnswerFinished, 2)
    bodies = [json.loads(request.body) for request in provider.asked]
    assert [[message["role"] for message in body["messages"]] for body in bodies] == [["system", "user"]] + [
        ["user"]
    ] * 5
    assert [("stream_options" in body, "temperature" in body) for body in bodies[2:]] == [
        (False, True),
        *[(False, False)] * 3,
    ]
    assert not client.all(m.ProblemReported)


@pytest.mark.parametrize(
    "first",
    [
        refused("Conversation roles must alternate user/assistant", "500 Internal Server Error"),
        stream(b"event: error\n" + event({"error": {"message": "jinja: System role not supported"}})),
    ],
)
def test_template_without_system_role(
    client: InProcessLlm, provider: ProviderServer, first: list[Step]
) -> None:
    provider.script = [first, answer(A)]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == A
    assert b'"system"' not in provider.asked[1].body


def test_rejection_of_every_field_ends(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [refused("System role not supported; thinking, temperature, stream_options neither")]
    client.publish(QUESTION)
    assert "rejected the request" in client.wait_for(m.AnswerStopped).cause
    assert len(provider.asked) <= 8


FAILED = event({"choices": [{"delta": {"content": ""}, "finish_reason": "error",
                             "error": {"code": 502, "message": "Provider returned error"}}]})  # fmt: skip


@pytest.mark.parametrize(
    ("end", "cause"),
    [
        (FAILED, "aborted its answer: Provider returned error"),
        (delta("", finish="abort"), "aborted its answer: its finish reason is 'abort'"),
        (delta("", finish="content_filter"), "declined to answer this (content filter)"),
    ],
)
def test_failed_finish_reason_keeps_text(
    client: InProcessLlm, provider: ProviderServer, end: bytes, cause: str
) -> None:
    provider.script = [stream(delta("The bri"), end, DONE)]
    client.publish(QUESTION)
    stopped = client.wait_for(m.AnswerStopped)
    assert (stopped.kept, len(provider.asked)) == ("The bri", 1)
    assert cause in stopped.cause


def test_failure_before_first_text_is_retried(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [stream(FAILED, DONE), answer(A)]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == A
    assert len(provider.asked) == 2


@pytest.mark.parametrize("size", [1, 7])
def test_answer_does_not_depend_on_chunks(client: InProcessLlm, provider: ProviderServer, size: int) -> None:
    provider.script = [split(answer("Größe \u2028 „x“ ", "🙂", "\r\n- a\r\n"), size)]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "Größe \u2028 „x“ 🙂\r\n- a\r\n"


def test_line_ends_comments_and_unknown_events(client: InProcessLlm, provider: ProviderServer) -> None:
    pieces = [
        b": ping\r\n\r\n",
        b"event: noise\r\ndata: {}\r\n\r\n",
        delta("a").replace(b"\n", b"\r\n"),
        b"data:\n\n",
        delta("b").replace(b"\n", b"\r"),
        event({"choices": []}),
        delta(None, reasoning_content="hm"),
        b"id: 3\n" + delta("c"),
        delta("", finish="stop"),
        DONE,
    ]
    provider.script = [[HEAD, *map(chunk, pieces), END]]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "abc"


def test_compressed_answer(client: InProcessLlm, provider: ProviderServer) -> None:
    body = gzip.compress(delta("packed") + delta(None, finish="stop") + DONE)
    provider.script = [[plain_reply(body, "text/event-stream", content_encoding="gzip")]]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "packed"


def test_key_quoted_in_two_pieces_is_redacted(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer(f"Bearer {KEY[:9]}", f"{KEY[9:]} is it, of course")]
    client = start_client({"FAKE_API_KEY": KEY}, provider=provider.base_url, key_variable="FAKE_API_KEY")
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "Bearer (key) is it, of course" == client.text()
    assert KEY[9:] not in repr(client.events)


def test_quoted_key_is_redacted(start_client: StartClient, provider: ProviderServer) -> None:
    quoting = delta(f"Bearer {KEY}").replace(b"test-model", KEY.encode())
    provider.script = [[HEAD, *map(chunk, (quoting, delta("", finish=KEY))), END]]
    client = start_client({"FAKE_API_KEY": KEY}, provider=provider.base_url, key_variable="FAKE_API_KEY")
    client.publish(QUESTION)
    stopped = client.wait_for(m.AnswerStopped)
    assert stopped.kept == "Bearer (key)"
    assert "finish reason is '(key)'" in stopped.cause
    assert KEY not in repr(client.events)


def cut_off(*pieces: bytes, last: Do = Do.CLOSE) -> list[Step]:
    return [HEAD, *map(chunk, (delta("Half an"), *pieces)), last]


def broken(*pieces: bytes) -> list[Step]:
    return [HEAD, *map(chunk, (delta("Half an"), *pieces)), END]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (cut_off(), "the connection to"),
        (cut_off(last=Do.RESET), "the connection to"),
        (broken(), "stopped in the middle"),
        (broken(event({"error": {"message": "overloaded", "type": "server_error", "code": None}}), DONE),
         "aborted its answer: overloaded"),
        (broken(b"event: error\n" + event({"message": "overloaded", "code": "x"})), "overloaded"),
        (broken(event({"choices": [], "x_groq": {"error": "overloaded"}}), DONE), "overloaded"),
        (broken(event({"code": "internal", "error": "overloaded"})), "overloaded"),
        (broken(b'error: {"code":500,"message":"overloaded"}\n\n', DONE), "overloaded"),
        (broken(b"data: " + b"x" * (1 << 20), b"x" * 9), "far too long"),
    ],
)  # fmt: skip
def test_broken_answer_keeps_text(
    client: InProcessLlm, provider: ProviderServer, reply: list[Step], cause: str
) -> None:
    provider.script = [reply]
    client.publish(QUESTION)
    stopped = client.wait_for(m.AnswerStopped)
    assert stopped.kept == "Half an" == client.text()
    assert cause in stopped.cause
    assert len(provider.asked) == 1
    assert not client.all(m.AnswerFinished)


def test_implied_end_completes_answer(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [[HEAD, *map(chunk, (delta("Done."), delta(None, finish="stop"), USAGE)), Do.WAIT]]
    client.publish(QUESTION)
    finished = client.wait_for(m.AnswerFinished)
    assert (finished.text, finished.answer_tokens) == ("Done.", 3)


LOOP = "La femme de France, la femme de l'Amérique, la femme de l'Amérique, la femme de l'Amérique"
TEXT = "First I measure, then I change one thing, then I measure again, and then I write down what I saw."


def test_repetition_is_detected() -> None:
    assert repeats(LOOP)


@pytest.mark.parametrize(
    "text", ["", "no no no no", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10", TEXT, TEXT + " " + TEXT]
)
def test_similar_text_is_not_repetition(text: str) -> None:
    assert not repeats(text)


@given(st.text(min_size=12, max_size=40), st.text(max_size=20))
def test_any_unit_three_times_is_repetition(unit: str, before: str) -> None:
    assert repeats(before + unit * 3)
