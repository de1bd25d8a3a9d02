"""xAI with the Responses API; it has deprecated chat completions and stores answers by default."""

from __future__ import annotations

import datetime

from bus.messages.session import ProviderCard
from llm.protocols.responses import RESPONSES
from llm.providers.provider import Provider, Thinking

PROVIDER = Provider(
    name="xai",
    base_url="https://api.x.ai/v1",
    protocol=RESPONSES,
    key_variables=("XAI_API_KEY",),
    needs_key=True,
    preferred_models=("grok-*-non-reasoning", "grok-*-fast*", "grok-[3-9]*"),
    lists_all=True,
    takes_temperature=False,
    thinking=(Thinking(("*non-reasoning*",)), Thinking(("grok-*",), {}, 1000)),
    card=ProviderCard(
        keeps="requests and answers, encrypted, 30 days",
        trains="no, unless you permit it",
        region="anywhere: the place of processing is not guaranteed",
        no_retention="each request says store: false, so no answer is kept to be fetched again; the 30 days "
        "end only with zero data retention, which a team's administrator sets in the console",
        link="https://docs.x.ai/developers/faq/security",
        checked=datetime.date(2026, 8, 30),
    ),
    keep_nothing={"store": False},
)
