"""vLLM, on this machine."""

from __future__ import annotations

from llm.providers.provider import Provider

PROVIDER = Provider(name="vllm", base_url="http://127.0.0.1:8000/v1", search_order=4)
