"""Groq."""

from __future__ import annotations

import datetime

from bus.messages.session import NOT_VERIFIED, ProviderCard
from llm.providers.provider import Provider, Thinking

PROVIDER = Provider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    key_variables=("GROQ_API_KEY",),
    needs_key=True,
    preferred_models=("openai/gpt-oss-120b", "llama-3.3-70b-versatile", "openai/gpt-oss-*", "llama-*"),
    lists_all=True,
    thinking=(Thinking(("openai/gpt-oss-*",), {"reasoning_effort": "low"}, 500),),
    card=ProviderCard(
        keeps="nothing by default; requests and answers up to 30 days to find faults or abuse",
        trains="no",
        region=NOT_VERIFIED,
        no_retention="no request can ask for it; you can switch it on in the console, under Data Controls",
        link="https://console.groq.com/docs/your-data",
        checked=datetime.date(2026, 8, 30),
    ),
)
