"""Request bodies: only the instructions and the prompt, in the dialect of each server."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.messages import Passage
from llm.prompt import AnswerPrompt, AnswerStyle, FeedbackPrompt, Prompt, render
from llm.protocols.anthropic import MESSAGES
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.gemini import GENERATE_CONTENT
from llm.protocols.protocol import Dialect, Protocol
from llm.protocols.responses import RESPONSES

PROTOCOLS = {
    "chat": CHAT_COMPLETIONS,
    "responses": RESPONSES,
    "messages": MESSAGES,
    "generateContent": GENERATE_CONTENT,
}
FIELDS = {
    "chat": {"model", "stream", "stream_options", "max_tokens", "messages"},
    "responses": {"model", "stream", "store", "max_output_tokens", "input"},
    "messages": {"model", "stream", "max_tokens", "system", "messages"},
    "generateContent": {"systemInstruction", "generationConfig", "contents"},
}
LAST = {
    "chat": b'"role":"user"',
    "responses": b'"role":"user"',
    "messages": b'"messages"',
    "generateContent": b'"contents"',
}
"""Where bodies of different questions may begin to differ."""

of_each = pytest.mark.parametrize("name", PROTOCOLS)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
passages = st.lists(
    st.builds(Passage, file=texts, heading=texts, text=texts, score=st.floats(0, 10)), max_size=3
)
styles = st.sampled_from([AnswerStyle(), AnswerStyle(language="German", tone="warm", note="For Acme.")])
answers = st.builds(
    AnswerPrompt, question=texts, previous_question=texts, passages=passages.map(tuple), style=styles
)
feedback = st.builds(FeedbackPrompt, question=texts, answer=texts, passages=passages.map(tuple), style=styles)
prompts = answers | feedback


def words_in(name: str, body: bytes) -> tuple[str, str]:
    """Return the instructions and the text of a body, and check that there is nothing else."""
    sent: Any = msgspec.json.decode(body)
    match name:
        case "messages":
            (system,), (user,) = sent["system"], sent["messages"]
            assert set(system) == {"type", "text", "cache_control"}
            return system["text"], user["content"]
        case "generateContent":
            (system,), (content,) = sent["systemInstruction"]["parts"], sent["contents"]
            (part,) = content["parts"]
            return system["text"], part["text"]
        case _:
            system, user = sent["input" if name == "responses" else "messages"]
            assert (system["role"], user["role"]) == ("system", "user")
            return system["content"], user["content"]


def body_of(protocol: Protocol, prompt: Prompt, dialect: Dialect | None = None) -> bytes:
    return protocol.body(prompt, "m", dialect or Dialect())


@of_each
@given(prompt=prompts)
def test_body_has_exactly_the_prompt(name: str, prompt: Prompt) -> None:
    body = body_of(PROTOCOLS[name], prompt)
    assert set(msgspec.json.decode(body)) == FIELDS[name]
    words = render(prompt, small=False)
    assert words_in(name, body) == (words.instructions, words.text)


@of_each
@given(prompt=prompts)
def test_equal_prompts_are_equal_bytes(name: str, prompt: Prompt) -> None:
    protocol, body = PROTOCOLS[name], body_of(PROTOCOLS[name], prompt)
    assert body == body_of(protocol, prompt)
    other: Prompt = AnswerPrompt(question="another", style=prompt.style)
    if isinstance(prompt, FeedbackPrompt):
        other = FeedbackPrompt(question="another", answer="no", style=prompt.style)
    stable = body.index(LAST[name])
    assert body[:stable] == body_of(protocol, other)[:stable]


@of_each
def test_storage_is_turned_off(name: str) -> None:
    sent = msgspec.json.decode(body_of(PROTOCOLS[name], AnswerPrompt(question="Why?")))
    assert sent.get("store", False) is False


@pytest.mark.parametrize(
    ("name", "key_header"),
    [("chat", "authorization"), ("responses", "authorization"), ("messages", "x-api-key"),
     ("generateContent", "x-goog-api-key")],
)  # fmt: skip
def test_key_is_in_header_not_in_address(name: str, key_header: str) -> None:
    protocol = PROTOCOLS[name]
    headers = protocol.headers("sk-1")
    assert [header for header, value in headers.items() if "sk-1" in value] == [key_header]
    assert key_header not in protocol.headers("")
    assert not re.search(r"sk-1|key=", protocol.ask_path("m") + protocol.models_path + protocol.warm_path)


@pytest.mark.parametrize(
    ("dialect", "has", "lacks"),
    [
        (Dialect(max_tokens_field="max_completion_tokens", max_tokens=7), {"max_completion_tokens": 7},
         {"max_tokens", "temperature"}),
        (Dialect(temperature=0.0), {"temperature": 0.0, "max_tokens": 400}, {"max_completion_tokens"}),
        (Dialect(extra={"cache_prompt": True}), {"cache_prompt": True}, set()),
    ],
)  # fmt: skip
def test_body_follows_dialect(dialect: Dialect, has: dict[str, object], lacks: set[str]) -> None:
    sent = msgspec.json.decode(body_of(CHAT_COMPLETIONS, AnswerPrompt(question="Why?"), dialect))
    assert has.items() <= sent.items()
    assert not lacks & set(sent)


@pytest.mark.parametrize("name", ["responses", "messages"])
def test_limit_temperature_and_extra_fields(name: str) -> None:
    dialect = Dialect(max_tokens=7, temperature=0.5, extra={"reasoning": {"effort": "low"}})
    sent = msgspec.json.decode(body_of(PROTOCOLS[name], AnswerPrompt(question="Why?"), dialect))
    assert 7 in sent.values()
    assert (sent["temperature"], sent["reasoning"]) == (0.5, {"effort": "low"})


def test_gemini_generation_config() -> None:
    dialect = Dialect(max_tokens=7, temperature=0.5, extra={"thinkingConfig": {"thinkingBudget": 0}})
    sent = msgspec.json.decode(body_of(GENERATE_CONTENT, AnswerPrompt(question="Why?"), dialect))
    assert sent["generationConfig"] == {
        "maxOutputTokens": 7,
        "temperature": 0.5,
        "thinkingConfig": {"thinkingBudget": 0},
    }


@pytest.mark.parametrize(
    ("complaint", "left"),
    [
        ("Unsupported parameter: 'reasoning.effort' is not supported with this model.",
         {"max_tokens", "stream_options", "temperature"}),
        ("Thinking level is not supported for this model.", {"max_tokens", "stream_options", "temperature"}),
        ("'temperature' does not support 0.3 with this model", {"max_tokens", "stream_options", "reasoning"}),
        ("Unrecognized request argument: max_tokens", {"stream_options", "temperature", "reasoning"}),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
         {"max_completion_tokens", "stream_options", "temperature", "reasoning"}),
        ("Argument not supported: stream_options", {"max_tokens", "temperature", "reasoning"}),
        ("Invalid value for 'messages'", None),
    ],
)  # fmt: skip
def test_complaint_drops_field(complaint: str, left: set[str] | None) -> None:
    simpler = Dialect(temperature=0.3, extra={"reasoning": {}}).without_unsupported(complaint)
    assert (simpler is None) is (left is None)
    if simpler is not None and left is not None:
        sent = msgspec.json.decode(body_of(CHAT_COMPLETIONS, AnswerPrompt(question="Why?"), simpler))
        assert set(sent) == left | {"model", "stream", "messages"}
        assert simpler.without_unsupported(complaint) is None, "nothing is left out twice"


REFUSED_ROLES = [
    "System role not supported",
    'Error rendering prompt with jinja template: "System role not supported"',
    "Conversation roles must alternate user/assistant/user/assistant/...",
    "Developer instruction is not enabled for models/gemma-3-27b-it",
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    "messages.0.role: Input should be 'user' or 'assistant'",
    "This model does not support system messages.",
    "Only user and assistant roles are supported!",
    "Unexpected role 'system'",
    "Unknown role: developer",
    "'system' is not one of ['assistant', 'user'] - 'messages.0.role'",
    "system prompt is not supported by this model",
    "After the optional system message, conversation roles must alternate",
    "The first message must be from the user",
]


@pytest.mark.parametrize("complaint", REFUSED_ROLES)
def test_rejected_system_role_is_detected(complaint: str) -> None:
    simpler = Dialect().without_unsupported(complaint)
    assert simpler is not None
    assert not simpler.system_role
    assert simpler.without_unsupported(complaint) is None


@of_each
def test_instructions_without_system_role(name: str) -> None:
    request = AnswerPrompt(question="Why?")
    words, body = (
        render(request, small=False),
        body_of(PROTOCOLS[name], request, Dialect(system_role=False)),
    )
    instructions, text = (msgspec.json.encode(each)[1:-1] for each in (words.instructions, words.text))
    assert body.count(instructions) == body.count(text) == 1
    assert body.index(instructions) < body.index(text)
    assert b"system" not in body.replace(instructions, b"")


@pytest.mark.parametrize(
    "complaint",
    ["This model's maximum context length is 2048 tokens", "model overloaded", "The system is not available",
     "max_tokens is too large: 400", "invalid JSON"],
)  # fmt: skip
def test_other_complaints_change_nothing(complaint: str) -> None:
    assert Dialect().without_unsupported(complaint) is None


def test_model_without_streaming() -> None:
    complaint = "Your organization must be verified to stream this model."
    simpler = Dialect().without_unsupported(complaint)
    assert simpler is not None
    sent = msgspec.json.decode(body_of(CHAT_COMPLETIONS, AnswerPrompt(question="Why?"), simpler))
    assert sent["stream"] is False
    assert "stream_options" not in sent


@given(st.lists(st.sampled_from([*REFUSED_ROLES, "temperature", "stream_options", "max_completion_tokens",
    "unsupported max_tokens", "thinking", "streaming not supported"]), max_size=30))  # fmt: skip
def test_each_complaint_changes_once(complaints: list[str]) -> None:
    dialect, changes = Dialect(temperature=0.3, extra={"a": 1}), 0
    for complaint in complaints:
        simpler = dialect.without_unsupported(complaint)
        dialect, changes = simpler or dialect, changes + (simpler is not None)
    assert changes <= 7
