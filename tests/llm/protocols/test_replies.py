"""Sample streams of every provider, parsed by its protocol."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.protocols.endings import LENGTH, STOP
from llm.protocols.errors import StreamFailed, error_in
from llm.protocols.protocol import Reply
from llm.protocols.sse import ServerEvent, SseParser
from llm.providers import KNOWN
from tests.llm.wire.formats import SAMPLES
from tests.llm.wire.gemini import BLOCKED
from tests.llm.wire.responses import FILTERED
from tests.llm.wire.samples import WireSamples

of_each = pytest.mark.parametrize("samples", SAMPLES, ids=lambda samples: samples.provider)
PROTOCOLS = sorted({samples.provider for samples in SAMPLES})


def read(samples: WireSamples, *events: bytes) -> tuple[str, Reply]:
    """Return the text of these events, and the state of the answer."""
    reply, parser = KNOWN[samples.provider].protocol.reply(), SseParser()
    found = [*parser.feed(b"".join(events)), *parser.rest()]
    return "".join(reply.feed(event) for event in found), reply


@of_each
def test_complete_answer_text_and_counts(samples: WireSamples) -> None:
    text, reply = read(samples, *samples.answer("Hel", "lo"))
    assert text == "Hello"
    assert (reply.complete, reply.stop_reason, reply.declined) == (True, STOP, False)
    assert (reply.prompt_tokens, reply.cached_tokens, reply.answer_tokens) == samples.counts
    assert reply.model


@of_each
def test_answer_without_end_is_incomplete(samples: WireSamples) -> None:
    text, reply = read(samples, *samples.opening, samples.piece("Hel"))
    assert (text, reply.complete) == ("Hel", False)


@of_each
def test_reasoning_is_not_text(samples: WireSamples) -> None:
    text, reply = read(samples, *samples.opening, *samples.thought, *samples.only_reasoning)
    assert (text, reply.complete, reply.stop_reason) == ("", True, LENGTH)
    assert reply.thinking is (samples.provider != "openai-chat"), "OpenAI's chat completions do not show it"


@of_each
def test_declined_answer(samples: WireSamples) -> None:
    text, reply = read(samples, *samples.opening, *samples.declining)
    assert (reply.complete, reply.declined) == (True, True)
    assert reply.stop_reason in ("refusal", "SAFETY")
    assert text in ("", "I cannot help with that.")


@of_each
def test_every_error_shape_aborts(samples: WireSamples) -> None:
    for events in samples.aborting.values():
        with pytest.raises(StreamFailed, match="overloaded"):
            read(samples, *samples.opening, samples.piece("Hel"), *events)


def test_filtered_answer_is_declined() -> None:
    (samples,) = (samples for samples in SAMPLES if samples.provider == "openai")
    _, reply = read(samples, *samples.opening, samples.piece("Hel"), FILTERED)
    assert (reply.declined, reply.stop_reason) == (True, "content_filter")


def test_blocked_question_is_declined() -> None:
    (samples,) = (samples for samples in SAMPLES if samples.provider == "gemini")
    _, reply = read(samples, BLOCKED)
    assert (reply.complete, reply.declined, reply.stop_reason) == (True, True, "PROHIBITED_CONTENT")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "choices", "delta", "content", "error", "usage", "x_groq", "finish_reason", "model",
                 "response", "message", "item", "candidates", "parts", "text", "thought", "promptFeedback",
                 "usageMetadata", "finishReason", "content_block", "details", "violations"]
            ),
            inner | st.sampled_from(
                ["message_start", "message_delta", "content_block_start", "response.completed",
                 "response.failed", "response.incomplete", "response.output_text.delta"]
            ),
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(PROTOCOLS), json_values, st.sampled_from(["message", "error", "ping"]))
def test_any_json_is_safe(name: str, value: object, event: str) -> None:
    reply = KNOWN[name].protocol.reply()
    with contextlib.suppress(StreamFailed):
        assert isinstance(reply.feed(ServerEvent(event, json.dumps(value))), str)
    assert isinstance(error_in(json.dumps(value)).message, str)
    models = KNOWN[name].protocol.models_in(json.dumps(value))
    assert models is None or all(isinstance(model, str) for model in models.names)
