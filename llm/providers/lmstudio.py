"""LM Studio, on this machine."""

from __future__ import annotations

from llm.providers.provider import Provider

PROVIDER = Provider(name="lmstudio", base_url="http://127.0.0.1:1234/v1", search_order=2)
