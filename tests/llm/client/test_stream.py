"""The llm process and what models and gateways put among the words of an answer."""

from __future__ import annotations

import json

import pytest

from bus import messages as m
from tests.llm.conftest import StartLive
from tests.llm.live import Live
from tests.llm.provider_server import (
    DONE,
    END,
    HEAD,
    Do,
    ProviderServer,
    Step,
    answer,
    chunk,
    delta,
    event,
    json_reply,
    plain_reply,
)
from tests.llm.test_llm_stage import QUESTION, text_of

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
def test_thoughts_and_tokens_are_not_published(
    live: Live, provider: ProviderServer, texts: tuple[str]
) -> None:
    provider.script = [answer(*texts)]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A == text_of(live)


def test_thoughts_may_take_longer_than_the_first_word(
    start_live: StartLive, provider: ProviderServer
) -> None:
    live = start_live(
        provider=provider.base_url,
        first_token_timeout_s=0.5,
        local_first_token_timeout_s=0.5,
        total_timeout_s=1.0,
    )
    provider.script = [[HEAD, chunk(delta("<think>\nI wonder"))]]
    live.publish(QUESTION)
    assert "still thinking" in live.wait_for(m.AnswerStopped).cause


def test_unclosed_thoughts_give_no_visible_answer(live: Live, provider: ProviderServer) -> None:
    provider.script = [stream(delta("<think>\n"), delta("more and "), delta("", finish="length"), DONE)]
    live.publish(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert (stopped.kept, text_of(live)) == ("", "")
    assert "used up the answer's length with thinking" in stopped.cause
    assert live.wait_for(m.UsageCounted).answer_tokens > 0


def test_thoughts_without_an_opening_tag_are_replaced(live: Live, provider: ProviderServer) -> None:
    provider.script = [answer("It asks for a year.", "\n</think>\n\n", A)]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A
    assert [(grew.delta, grew.replaces) for grew in live.all(m.AnswerStreamed)] == [
        ("It asks for a year.", False),
        (A, True),
    ]
    live.publish("What is a mutex?")
    assert live.wait_for(m.AnswerFinished, 2).text == A
    assert text_of(live, 2) == A, "the second time the thoughts are held back"


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


def test_an_answer_in_any_shape_is_shown(live: Live, provider: ProviderServer) -> None:
    for number, reply in enumerate(SHAPES, start=1):
        provider.script = [reply]
        live.publish(f"What is the use of step {number} in your plan?")
        assert live.wait_for(m.AnswerFinished, number).text == A
    assert len(provider.asked) == len(SHAPES)


def test_an_emoji_in_two_events_is_whole(live: Live, provider: ProviderServer) -> None:
    halves = [delta(text).replace(b"\\\\u", b"\\u") for text in (r"ok \ud83d", r"\ude00 fine \ud83d", ".")]
    provider.script = [stream(*halves, delta("", finish="stop"), DONE)]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "ok 😀 fine \ufffd." == text_of(live)


@pytest.mark.parametrize("body", [b"{}", b"null", b'{"detail":"no such route"}', b"[1, 2", b""])
def test_a_body_without_an_answer_is_one_clear_line(
    live: Live, provider: ProviderServer, body: bytes
) -> None:
    provider.script = [[plain_reply(body, "application/json")]]
    live.publish(QUESTION)
    assert "not a stream" in live.wait_for(m.AnswerStopped).cause
    assert len(provider.asked) == 1


def refused(message: str, status: str = "400 Bad Request") -> list[Step]:
    return [json_reply({"error": {"message": message, "type": "BadRequestError", "code": 400}}, status)]


def test_what_is_refused_one_by_one_is_left_out_and_remembered(live: Live, provider: ProviderServer) -> None:
    provider.script = [
        refused("System role not supported"),
        refused("Unrecognized request argument: stream_options", "422 Unprocessable Entity"),
        refused("temperature is not supported"),
        answer(A),
        [HEAD, Do.RESET],
        answer(A),
    ]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A
    live.publish("What is a mutex?")
    live.wait_for(m.AnswerFinished, 2)
    bodies = [json.loads(request.body) for request in provider.asked]
    assert [[message["role"] for message in body["messages"]] for body in bodies] == [["system", "user"]] + [
        ["user"]
    ] * 5
    assert [("stream_options" in body, "temperature" in body) for body in bodies[2:]] == [
        (False, True),
        *[(False, False)] * 3,
    ]
    assert not live.all(m.ProblemReported)


@pytest.mark.parametrize(
    "first",
    [
        refused("Conversation roles must alternate user/assistant", "500 Internal Server Error"),
        stream(b"event: error\n" + event({"error": {"message": "jinja: System role not supported"}})),
    ],
)
def test_a_template_without_a_system_role_is_found_out(
    live: Live, provider: ProviderServer, first: list[Step]
) -> None:
    provider.script = [first, answer(A)]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A
    assert b'"system"' not in provider.asked[1].body


def test_a_refusal_of_everything_ends(live: Live, provider: ProviderServer) -> None:
    provider.script = [refused("System role not supported; thinking, temperature, stream_options neither")]
    live.publish(QUESTION)
    assert "rejected the request" in live.wait_for(m.AnswerStopped).cause
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
def test_a_bad_finish_reason_keeps_what_had_come(
    live: Live, provider: ProviderServer, end: bytes, cause: str
) -> None:
    provider.script = [stream(delta("The bri"), end, DONE)]
    live.publish(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert (stopped.kept, len(provider.asked)) == ("The bri", 1)
    assert cause in stopped.cause


def test_a_failure_before_the_first_word_is_tried_again(live: Live, provider: ProviderServer) -> None:
    provider.script = [stream(FAILED, DONE), answer(A)]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A
    assert len(provider.asked) == 2
