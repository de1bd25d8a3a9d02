"""Anthropic. Newer models may reason by default; some reject a temperature."""

from __future__ import annotations

import datetime

from bus.messages.session import ProviderCard
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
    card=ProviderCard(
        keeps="requests for abuse monitoring, 30 days for some models; for others not verified: see link",
        trains="no, unless you permit it",
        region="anywhere; a request may demand the United States, and ours do not",
        no_retention="no request can ask for it; Anthropic approves zero data retention for an organization",
        link="https://platform.claude.com/docs/en/manage-claude/api-and-data-retention",
        checked=datetime.date(2026, 8, 30),
    ),
)
