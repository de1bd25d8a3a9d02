"""Every provider's good streams and bad ends, read by the reader of its protocol."""

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
from tests.llm.wire.gemini import BLOCKED
from tests.llm.wire.known import SPEECHES
from tests.llm.wire.responses import FILTERED
from tests.llm.wire.speech import Speech

of_each = pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.provider)
PROTOCOLS = sorted({speech.provider for speech in SPEECHES})


def read(speech: Speech, *events: bytes) -> tuple[str, Reply]:
    """Return the text that these events add, and what was learnt."""
    reply, parser = KNOWN[speech.provider].protocol.reply(), SseParser()
    found = [*parser.feed(b"".join(events)), *parser.rest()]
    return "".join(reply.feed(event) for event in found), reply


@of_each
def test_a_good_answer_is_its_pieces_and_its_counts(speech: Speech) -> None:
    text, reply = read(speech, *speech.answer("Hel", "lo"))
    assert text == "Hello"
    assert (reply.complete, reply.stop_reason, reply.declined) == (True, STOP, False)
    assert (reply.prompt_tokens, reply.cached_tokens, reply.answer_tokens) == speech.counts
    assert reply.model


@of_each
def test_without_its_end_an_answer_is_incomplete(speech: Speech) -> None:
    text, reply = read(speech, *speech.opening, speech.piece("Hel"))
    assert (text, reply.complete) == ("Hel", False)


@of_each
def test_thought_is_no_text(speech: Speech) -> None:
    text, reply = read(speech, *speech.opening, *speech.thought, *speech.all_thought)
    assert (text, reply.complete, reply.stop_reason) == ("", True, LENGTH)
    assert reply.thinking is (speech.provider != "openai-chat"), "OpenAI's chat completions do not show it"


@of_each
def test_a_refusal_to_answer_is_known(speech: Speech) -> None:
    text, reply = read(speech, *speech.opening, *speech.declining)
    assert (reply.complete, reply.declined) == (True, True)
    assert reply.stop_reason in ("refusal", "SAFETY")
    assert text in ("", "I cannot help with that.")


@of_each
def test_every_shape_of_an_error_breaks_off(speech: Speech) -> None:
    for events in speech.breaking_off.values():
        with pytest.raises(StreamFailed, match="overloaded"):
            read(speech, *speech.opening, speech.piece("Hel"), *events)


def test_a_filter_that_stops_an_answer_declines_it() -> None:
    (speech,) = (speech for speech in SPEECHES if speech.provider == "openai")
    _, reply = read(speech, *speech.opening, speech.piece("Hel"), FILTERED)
    assert (reply.declined, reply.stop_reason) == (True, "content_filter")


def test_a_question_that_is_blocked_is_declined() -> None:
    (speech,) = (speech for speech in SPEECHES if speech.provider == "gemini")
    _, reply = read(speech, BLOCKED)
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
def test_any_json_is_dealt_with(name: str, value: object, event: str) -> None:
    reply = KNOWN[name].protocol.reply()
    with contextlib.suppress(StreamFailed):
        assert isinstance(reply.feed(ServerEvent(event, json.dumps(value))), str)
    assert isinstance(error_in(json.dumps(value)).message, str)
    models = KNOWN[name].protocol.models_in(json.dumps(value))
    assert models is None or all(isinstance(model, str) for model in models.names)
