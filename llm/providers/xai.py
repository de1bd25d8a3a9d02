"""xAI with the Responses API; it has deprecated chat completions and stores answers by default."""

from __future__ import annotations

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
)
