"""OpenAI with chat completions, for accounts and gateways without the Responses API."""

from __future__ import annotations

import datetime

from bus.messages.session import NOT_VERIFIED, ProviderCard
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
    card=ProviderCard(
        keeps="logs for abuse monitoring, with prompts and answers, up to 30 days; longer where law "
        "requires it or to prevent harm",
        trains="no, unless you opt in",
        region=NOT_VERIFIED,
        no_retention="no answer is kept to be fetched again, unless a request says store: true, and ours do "
        "not; the logs end only with zero data retention, which OpenAI approves for an organization",
        link="https://developers.openai.com/api/docs/guides/your-data",
        checked=datetime.date(2026, 8, 30),
    ),
)
