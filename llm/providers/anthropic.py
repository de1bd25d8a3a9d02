"""Anthropic. Newer models may reason by default; some reject a temperature."""

from __future__ import annotations

from llm.protocols.anthropic import MESSAGES
from llm.providers.provider import Provider, Thinking

PROVIDER = Provider(
    name="anthropic",
    base_url="https://api.anthropic.com/v1",
    protocol=MESSAGES,
    key_variables=("ANTHROPIC_API_KEY",),
    needs_key=True,
    preferred_models=("claude-haiku-*", "claude-sonnet-*", "claude-*"),
    lists_all=True,
    takes_temperature=False,
    thinking=(
        Thinking(("claude-haiku-4*", "claude-sonnet-4*", "claude-opus-4-[0-6]*", "claude-3*")),
        Thinking(("claude-*",), {}, 1000),
    ),
)
