"""Ollama, on this machine."""

from __future__ import annotations

from llm.providers.provider import Provider

PROVIDER = Provider(name="ollama", base_url="http://127.0.0.1:11434/v1", search_order=1)
