"""Groq."""

from __future__ import annotations

from llm.providers.provider import Provider, Thinking

PROVIDER = Provider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    key_variables=("GROQ_API_KEY",),
    needs_key=True,
    preferred_models=("openai/gpt-oss-120b", "llama-3.3-70b-versatile", "openai/gpt-oss-*", "llama-*"),
    lists_all=True,
    thinking=(Thinking(("openai/gpt-oss-*",), {"reasoning_effort": "low"}, 500),),
)
