"""Request bodies compared with the types of the official SDKs."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import pytest

from bus.messages import Passage
from llm.prompt import AnswerPrompt, FeedbackPrompt, Prompt
from llm.providers import KNOWN
from llm.providers.provider import dialect
from llm.settings import LlmSettings

pytestmark = pytest.mark.skipif(not find_spec("openai"), reason="the official SDKs are in the extra `sdk`")

FOUND = (Passage(file="a.md", heading="Work", text="Ten years of it.", score=1.0),)
PROMPTS = (AnswerPrompt(question="Why?", passages=FOUND), FeedbackPrompt(question="Why?", answer="So."))

of_both = pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: type(prompt).__name__)


def sent(provider: str, model: str, prompt: Prompt) -> dict[str, Any]:
    """Return the body for this provider and model."""
    chosen = dialect(KNOWN[provider], model, LlmSettings())
    body: dict[str, Any] = json.loads(KNOWN[provider].protocol.body(prompt, model, chosen))
    return body


def type_of(provider: str) -> Any:
    """Return the SDK's type of a streaming request."""
    if provider == "anthropic":
        from anthropic.types import message_create_params

        return message_create_params.MessageCreateParamsStreaming
    if provider in ("openai", "xai"):
        from openai.types.responses import response_create_params

        return response_create_params.ResponseCreateParamsStreaming
    from openai.types.chat import completion_create_params

    return completion_create_params.CompletionCreateParamsStreaming


@of_both
@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4.1-mini"),
        ("openai", "gpt-5.4-mini"),
        ("openai-chat", "gpt-5.4-mini"),
        ("anthropic", "claude-haiku-4-5"),
        ("anthropic", "claude-sonnet-5-5"),
        ("groq", "openai/gpt-oss-120b"),
        ("xai", "grok-4-fast-non-reasoning"),
        ("ollama", "llama3.2:3b"),
    ],
)
def test_sdk_knows_every_field(provider: str, model: str, prompt: Prompt) -> None:
    import pydantic

    body = sent(provider, model, prompt)
    known = pydantic.TypeAdapter(type_of(provider)).validate_python(body)
    assert set(body) == set(known)


@of_both
@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-3.8-flash"])
def test_gemini_sdk_knows_every_field(model: str, prompt: Prompt) -> None:
    from google.genai import types

    body = sent("gemini", model, prompt)
    assert set(body) == {"systemInstruction", "generationConfig", "contents"}
    types.Content.model_validate(body["systemInstruction"])
    types.GenerationConfig.model_validate(body["generationConfig"])
    for content in body["contents"]:
        types.Content.model_validate(content)
