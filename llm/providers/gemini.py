"""Google Gemini. Models reason by default; only 2.5 flash can turn it off."""

from __future__ import annotations

import datetime

from bus.messages.session import NOT_VERIFIED, ProviderCard
from llm.protocols.gemini import GENERATE_CONTENT
from llm.providers.provider import Provider, Thinking

PROVIDER = Provider(
    name="gemini",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    protocol=GENERATE_CONTENT,
    key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    needs_key=True,
    preferred_models=("gemini-[0-9]*-flash", "gemini-flash-latest", "gemini-*"),
    lists_all=True,
    takes_temperature=False,
    thinking=(
        Thinking(("gemini-2.5-flash*",), {"thinkingConfig": {"thinkingBudget": 0}}),
        Thinking(("gemini-2.5-pro*",), {"thinkingConfig": {"thinkingBudget": 128}}, 200),
        Thinking(("gemini-[3-9]*",), {"thinkingConfig": {"thinkingLevel": "LOW"}}, 1000),
        Thinking(("gemini-*-latest",), {}, 2000),
    ),
    card=ProviderCard(
        keeps="prompts and answers for abuse monitoring, 55 days",
        trains="paid use: no; free use: yes, and people may read it",
        region=NOT_VERIFIED,
        no_retention="our requests (generateContent) cannot ask for it; Google approves zero data retention "
        "for a project",
        link="https://ai.google.dev/gemini-api/docs/zdr",
        checked=datetime.date(2026, 8, 30),
    ),
)
