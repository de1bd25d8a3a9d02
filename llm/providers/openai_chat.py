"""OpenAI with chat completions, for accounts and gateways without the Responses API."""

from __future__ import annotations

from llm.providers.provider import Provider, Thinking

PROVIDER = Provider(
    name="openai-chat",
    base_url="https://api.openai.com/v1",
    key_variables=("OPENAI_API_KEY",),
    needs_key=True,
    key_name="openai",
    preferred_models=("gpt-[5-9]*-mini", "gpt-[5-9]*-luna", "gpt-4.1-mini", "gpt-4o-mini", "gpt-[5-9]*"),
    lists_all=True,
    max_tokens_field="max_completion_tokens",
    takes_temperature=False,
    thinking=(
        Thinking(("*-chat-latest",)),
        Thinking(("*-pro", "*-pro-*"), {}, 4000),
        Thinking(("gpt-[5-9]*", "o[1-9]*"), {"reasoning_effort": "low"}, 1000),
    ),
)
