"""llama.cpp's server, on this machine."""

from __future__ import annotations

from llm.providers.provider import Provider

PROVIDER = Provider(name="llamacpp", base_url="http://127.0.0.1:8080/v1", search_order=3)
