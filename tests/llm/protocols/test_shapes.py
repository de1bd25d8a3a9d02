"""Shapes in which gateways send an answer, parsed by its protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llm.protocols.anthropic import MESSAGES
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.content import decoded, joined, text_of, thinks
from llm.protocols.gemini import GENERATE_CONTENT
from llm.protocols.protocol import Protocol, Reply
from llm.protocols.responses import RESPONSES
from llm.protocols.sse import SseParser

A = "The bridge opened."


def read(protocol: Protocol, body: bytes, size: int = 1000) -> tuple[str, Reply]:
    reply, parser = protocol.reply(), SseParser()
    events = [event for at in range(0, len(body), size) for event in parser.feed(body[at : at + size])]
    return joined("".join(reply.feed(event) for event in (*events, *parser.rest()))), reply


def sse(*chunks: Any, between: str = "\n\n", prefix: str = "data: ", done: bool = True) -> bytes:
    lines = [prefix + json.dumps(chunk) for chunk in chunks] + ([f"{prefix}[DONE]"] if done else [])
    return "".join(line + between for line in lines).encode()


def choice(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": finish, **fields}]}


def delta(content: Any, finish: str | None = None) -> dict[str, Any]:
    return choice(finish, delta={"content": content})


PIECES = (delta("The "), delta("bridge opened."), delta(None, "stop"))
PART = {"type": "text", "text": A}
CHAT = {
    "parts": sse(delta([PART | {"text": "The "}]), delta([PART | {"text": "bridge opened."}], "stop")),
    "parts as strings": sse(delta(["The ", "bridge opened."], "stop")),
    "a part alone": sse(delta(PART, "stop")),
    "a part's text as an object": sse(delta([{"type": "text", "text": {"value": A}}], "stop")),
    "thoughts as a part": sse(delta([{"type": "thinking", "thinking": [{"text": "hm"}]}, PART], "stop")),
    "a whole message": sse(choice("stop", message={"role": "assistant", "content": A})),
    "a whole message without an end": sse(choice(message={"content": A}), done=False),
    "a whole message after the pieces": sse(*PIECES, choice("stop", message={"content": A})),
    "a message beside each delta": sse(*({"choices": [piece["choices"][0] | {"message": {"content": ""}}]}
        for piece in PIECES), done=False),
    "messages as pieces": sse(*({"object": "chat.completion.chunk"} | choice(message={"content": text})
        for text in ("The ", "bridge ", "opened."))),
    "messages that grow": sse(*(choice(message={"content": text}) for text in ("The ", "The bridge ", A))),
    "text of a completion": sse(choice(text="The "), choice("stop", text="bridge opened.")),
    "text in the delta": sse(choice("stop", delta={"text": A})),
    "null and empty": sse({"choices": None}, {"choices": []}, delta(None), delta(""), *PIECES),
    "no end but counts": sse(*PIECES[:2], {"choices": [], "usage": {"prompt_tokens": 3}}, done=False),
    "no mark of the end": sse(*PIECES, done=False),
    "a reason that is the word null": sse(delta("The ", "null"), *PIECES[1:], done=False),
    "comments": b": OPENROUTER PROCESSING\n\n:\n\n" + sse(*PIECES),
    "no blank after the colon": sse(*PIECES, prefix="data:"),
    "written twice": sse(*PIECES, prefix="data: data: "),
    "CRLF": sse(*PIECES, between="\r\n\r\n"),
    "no empty lines": sse(*PIECES, between="\n"),
    "no empty lines, and null": sse(None, *PIECES, None, between="\n"),
    "no last line end": sse(*PIECES, done=False).rstrip(),
    "a byte order mark": b"\xef\xbb\xbf" + sse(*PIECES),
    "words that are no JSON": b"data: ping\n\nevent: keepalive\ndata: {}\n\n" + sse(*PIECES),
    "a raw line end in a string": sse(delta("Why\n"), *PIECES).replace(b"Why\\n", b"\t"),
    "Ollama": b"".join(
        json.dumps(line).encode() + b"\n"
        for line in (
            {"model": "m", "message": {"role": "assistant", "content": "", "thinking": "hm"}, "done": False},
            {"model": "m", "message": {"role": "assistant", "content": "The bridge "}, "done": False},
            {"model": "m", "message": {"role": "assistant", "content": "opened."}, "done": False},
            {"model": "m", "message": {"content": ""}, "done": True, "done_reason": "stop"},
        )
    ),
    "Ollama's generate": b'{"response":"The bridge "}\r\n{"response":"opened.","done":true,"eval_count":3}',
    "llama.cpp": sse({"content": "The bridge ", "stop": False}, {"content": "opened.", "stop": True}),
    "one value over lines": json.dumps(choice("stop", message={"content": A}), indent=2).encode(),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("shape", CHAT)
def test_every_shape_gives_the_answer(shape: str, size: int) -> None:
    text, reply = read(CHAT_COMPLETIONS, CHAT[shape], size)
    assert (text.strip(), reply.complete, reply.stop_reason or "stop") == (A, True, "stop")


def test_reasoning_fields_are_not_text() -> None:
    thoughts = (
        choice(delta={"reasoning": "a"}),
        choice(delta={"thinking": "b"}),
        delta([{"type": "reasoning"}]),
    )
    for chunk in thoughts:
        text, reply = read(CHAT_COMPLETIONS, sse(chunk, done=False))
        assert (text, reply.thinking, reply.complete) == ("", True, False)


PLAIN = {
    "messages": (MESSAGES, {"type": "message", "model": "m", "content": [{"type": "thinking",
        "thinking": "hm"}, PART], "stop_reason": "end_turn", "usage": {"input_tokens": 5}}),
    "responses": (RESPONSES, {"object": "response", "model": "m", "status": "completed", "output": [
        {"type": "reasoning", "summary": [{"text": "hm"}]},
        {"type": "message", "content": [{"type": "output_text", "text": A}]}], "usage": {"input_tokens": 5}}),
    "gemini": (GENERATE_CONTENT, {"candidates": [{"content": {"parts": [{"text": "hm", "thought": True},
        {"text": A}]}, "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 5}}),
    "gemini's list": (GENERATE_CONTENT, [{"candidates": [{"content": {"parts": [{"text": "The "}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "bridge opened."}]}, "finishReason": "STOP"}],
         "usageMetadata": {"promptTokenCount": 5}}]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_every_protocol_reads_whole_answer(name: str) -> None:
    protocol, body = PLAIN[name]
    text, reply = read(protocol, json.dumps(body).encode())
    assert (text, reply.complete, reply.stop_reason, reply.prompt_tokens) == (A, True, "stop", 5)


def test_completed_response_without_deltas() -> None:
    body = PLAIN["responses"][1]
    text, reply = read(RESPONSES, sse({"type": "response.completed", "response": body}, done=False))
    assert (text, reply.complete) == (A, True)
    pieces = (
        {"type": "response.output_text.delta", "delta": A},
        {"type": "response.output_text.done", "text": A},
    )
    text, _ = read(RESPONSES, sse(*pieces, {"type": "response.completed", "response": body}, done=False))
    assert text == A


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ((r"ok \ud83d", r"\ude00 fine"), "ok 😀 fine"),
        ((r"ok \ud83d", " fine"), "ok \ufffd fine"),
        ((r"ok \ude00 fine",), "ok \ufffd fine"),
        ((r"\\ud83d is escaped",), r"\ud83d is escaped"),
    ],
)
def test_surrogate_halves_join_across_events(pieces: tuple[str, ...], text: str) -> None:
    body = "".join(f'data: {{"choices":[{{"delta":{{"content":"{piece}"}}}}]}}\n\n' for piece in pieces)
    assert read(CHAT_COMPLETIONS, body.encode())[0] == text


def test_endlessly_nested_content_is_not_text() -> None:
    nested: Any = "x"
    for _ in range(500):
        nested = [nested]
    assert text_of(nested) == ""
    assert not thinks(nested)
    assert decoded("[" * 100_000) is None
