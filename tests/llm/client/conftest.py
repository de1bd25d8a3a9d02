"""Fixtures: the client in this process, connected to a provider on loopback."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from llm.settings import LlmSettings
from tests.support.fake_provider import ProviderServer
from tests.support.llm_client import InProcessLlm

StartClient = Callable[..., InProcessLlm]


@pytest.fixture
def start_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[StartClient]:
    """Return a function that starts a client with the given settings and environment."""
    for name in list(os.environ):
        if "API_KEY" in name:
            monkeypatch.delenv(name)
    with ExitStack() as stack:

        def start(environment: dict[str, str] | None = None, **settings: Any) -> InProcessLlm:
            for name, value in (environment or {}).items():
                monkeypatch.setenv(name, value)
            return stack.enter_context(closing(InProcessLlm(LlmSettings(**settings))))

        yield start


@pytest.fixture
def client(start_client: StartClient, provider: ProviderServer) -> InProcessLlm:
    """Return a client of the provider with short timeouts."""
    return start_client(
        provider=provider.base_url,
        first_token_timeout_s=2.0,
        local_first_token_timeout_s=2.0,
        total_timeout_s=4.0,
    )
