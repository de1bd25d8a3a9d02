"""OpenAI, with the Responses API and without storage."""

from __future__ import annotations

import datetime

from bus.messages.session import NOT_VERIFIED, ProviderCard
from llm.protocols.responses import RESPONSES
from llm.providers.provider import Provider, Thinking

LOW_EFFORT = {"reasoning": {"effort": "low"}}

PROVIDER = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    protocol=RESPONSES,
    key_variables=("OPENAI_API_KEY",),
    needs_key=True,
    preferred_models=("gpt-[5-9]*-mini", "gpt-[5-9]*-luna", "gpt-4.1-mini", "gpt-4o-mini", "gpt-[5-9]*"),
    lists_all=True,
    takes_temperature=False,
    thinking=(
        Thinking(("*-chat-latest",)),
        Thinking(("*-pro", "*-pro-*"), {}, 4000),
        Thinking(("gpt-[5-9]*", "o[1-9]*"), LOW_EFFORT, 1000),
    ),
    card=ProviderCard(
        keeps="logs for abuse monitoring, with prompts and answers, up to 30 days; longer where law "
        "requires it or to prevent harm",
        trains="no, unless you opt in",
        region=NOT_VERIFIED,
        no_retention="each request says store: false, so no answer is kept to be fetched again; the logs end "
        "only with zero data retention, which OpenAI approves for an organization",
        link="https://developers.openai.com/api/docs/guides/your-data",
        checked=datetime.date(2026, 8, 30),
    ),
    keep_nothing={"store": False},
)
