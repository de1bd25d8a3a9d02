from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.chat_completions import ChatStream, ProviderError, StreamFailed, error_in, models_in
from llm.sse import ServerEvent


def message(data: object, name: str = "message") -> ServerEvent:
    return ServerEvent(name, data if isinstance(data, str) else json.dumps(data))


def delta(content: object, finish: str | None = None, **more: object) -> ServerEvent:
    return message(
        {"choices": [{"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}]}
    )


def test_text_is_what_the_deltas_add() -> None:
    stream = ChatStream()
    events = [delta("", role="assistant"), delta("Hel"), delta("lo"), delta(None, "stop"), message("[DONE]")]
    assert "".join(stream.take(event) for event in events) == "Hello"
    assert (stream.complete, stream.done, stream.stop_reason) == (True, True, "stop")


def test_a_finish_reason_completes_and_only_done_ends() -> None:
    stream = ChatStream()
    stream.take(delta("x", "length"))
    assert (stream.complete, stream.done, stream.stop_reason) == (True, False, "length")


def test_nothing_terminal_is_incomplete() -> None:
    stream = ChatStream()
    stream.take(delta("x"))
    assert not stream.complete


def test_counts_come_from_usage_wherever_it_stands() -> None:
    openai, groq = ChatStream(), ChatStream()
    openai.take(message({"model": "m", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}))
    groq.take(message({"choices": [], "x_groq": {"usage": {"prompt_tokens": 7, "completion_tokens": 3}}}))
    assert (openai.model, openai.prompt_tokens, openai.answer_tokens) == ("m", 5, 2)
    assert (groq.prompt_tokens, groq.answer_tokens) == (7, 3)


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_is_a_sign_of_life_and_no_text(field: str) -> None:
    stream = ChatStream()
    assert stream.take(delta(None, **{field: "let me think"})) == ""
    assert stream.thinking


def test_a_refusal_is_shown() -> None:
    stream = ChatStream()
    assert stream.take(delta(None, refusal="I cannot.")) == "I cannot."
    assert stream.stop_reason == "refusal"


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (message({"error": {"message": "m", "type": "server_error", "code": None}}),
         ProviderError("m", "server_error")),
        (message({"error": {"message": "m", "code": 500}}), ProviderError("m", "500")),
        (message({"code": "Client specified an invalid argument", "error": "m"}),
         ProviderError("m", "Client specified an invalid argument")),
        (message({"choices": [], "x_groq": {"error": "m"}}), ProviderError("m")),
        (message({"choices": [], "x_groq": {"error": {"message": "m", "code": 7}}}), ProviderError("m", "7")),
        (message({"message": "m", "code": "c"}, "error"), ProviderError("m", "c")),
        (message("not json", "error"), ProviderError("not json")),
        (message({"object": "error", "message": "m", "type": "BadRequestError", "code": 400}),
         ProviderError("m", "400")),
    ],
)  # fmt: skip
def test_an_error_in_the_stream_is_known_in_every_shape(event: ServerEvent, error: ProviderError) -> None:
    with pytest.raises(StreamFailed) as failed:
        ChatStream().take(event)
    assert failed.value.error == error


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"error":{"message":"m","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}',
         ProviderError("m", "insufficient_quota")),
        ('{"code":"invalid argument","error":"Incorrect API key provided"}',
         ProviderError("Incorrect API key provided", "invalid argument")),
        ('{"detail":"Not Found"}', ProviderError("Not Found")),
        ('{"message":"m","type":"t"}', ProviderError("m", "t")),
        ('[{"error":{"message":"m","status":"UNAVAILABLE"}}]', ProviderError("m", "UNAVAILABLE")),
        ("upstream\nfailed", ProviderError("upstream failed")),
        ("<html><body>sign in</body></html>", ProviderError("")),
        ("", ProviderError("")),
        ('{"error":{"message":"a\\nb\\u0007c","code":"x"}}', ProviderError("a b c", "x")),
    ],
)  # fmt: skip
def test_the_error_in_a_body_is_known_in_every_shape(body: str, error: ProviderError) -> None:
    assert error_in(body) == error


def test_models_are_read_from_a_list_and_from_nothing_else() -> None:
    assert models_in('{"object":"list","data":[{"id":"a"},{"id":"b"},{"name":"c"}]}') == ["a", "b"]
    assert models_in("<html>") is None
    assert models_in('{"data":{}}') is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "content", "error", "usage", "x_groq", "finish_reason", "model"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, st.sampled_from(["message", "error", "ping"]))
def test_any_json_is_dealt_with(value: object, name: str) -> None:
    with contextlib.suppress(StreamFailed):
        assert isinstance(ChatStream().take(message(json.dumps(value), name)), str)
    assert isinstance(error_in(json.dumps(value)).message, str)
