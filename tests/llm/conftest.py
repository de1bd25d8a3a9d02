"""Fixtures: a scripted provider, and an llm stage that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bus.client import HubClient
from bus.local_socket import PASSES_SOCKETS
from bus.run import Run
from llm.connector.line import ConnectorLine
from llm.settings import LlmSettings
from tests.support.certificate_authority import Authority, found_authority
from tests.support.fake_provider import ProviderServer
from tests.support.llm_stage import Live

StartLive = Callable[..., Live]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a certificate authority for servers on this machine."""
    return found_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    """Return a provider on loopback."""
    with ProviderServer() as server:
        yield server


@pytest.fixture
def start_hub(
    make_run: Callable[..., Run], start_stage: Callable[..., Any], tmp_path: Path
) -> Iterator[StartLive]:
    """Return a function that starts a hub for an llm stage with the given settings."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Live:
            run = make_run(llm=LlmSettings(**settings))
            start_stage(run, "bus")
            with HubClient("session", run) as client:
                assert client.poll(timeout_s=10), "the hub did not start"
            line = stack.enter_context(ConnectorLine()) if PASSES_SOCKETS else None
            if line:
                start_stage(run, "llm.connector", descriptors=line.of_connector)
            return stack.enter_context(Live(run, tmp_path / "stderr", line))

        yield start


@pytest.fixture
def start_live(start_hub: StartLive) -> StartLive:
    """Return a function that starts a hub and an llm stage with the given settings and environment."""

    def start(environment: dict[str, str] | None = None, **settings: Any) -> Live:
        live = start_hub(**settings)
        live.start("llm", **(environment or {}))
        return live

    return start


@pytest.fixture
def live(start_live: StartLive, provider: ProviderServer) -> Live:
    """Return an llm stage of the provider with short timeouts."""
    return start_live(
        provider=provider.base_url,
        first_token_timeout_s=2.0,
        local_first_token_timeout_s=2.0,
        total_timeout_s=4.0,
    )
