"""Keeps connections to the active provider and the fallback, and switches between them."""

from __future__ import annotations

import asyncio

from bus.messages import ProviderReady
from llm.client.connection import Connection
from llm.client.context import ClientContext
from llm.client.discovery.provider_finder import ProviderFinder
from llm.providers import leaves_machine

KEEP_WARM_EVERY_S = 45.0
"""Idle time after which a small request keeps a connection open; servers close after a minute or so."""

FALLBACK_PERIOD_S = 60.0
"""How long the fallback is used after the active provider failed."""


class _Target:
    """A provider and a model as the user named them, and the connection to them once it is open."""

    def __init__(self, provider: str, model: str) -> None:
        self.provider = provider
        self.model = model
        self.connecting: asyncio.Task[Connection] | None = None

    @property
    def connection(self) -> Connection | None:
        task = self.connecting
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()

    async def disconnect(self) -> None:
        connection = self.connection
        if connection is not None:
            self.connecting = None
            await connection.http.close()


class Failover:
    """The connections of a session. Use it on one event loop.

    Args:
        context: Settings and event bus.
        finder: Opens connections.
    """

    def __init__(self, context: ClientContext, finder: ProviderFinder) -> None:
        settings = context.settings
        self._publish = context.publish
        self._finder = finder
        self._active = _Target(settings.provider, settings.model)
        self._fallback = _Target(settings.fallback_provider, "") if settings.fallback_provider else None
        self._fallback_until_s = 0.0

    def start_with(self, provider: str, model: str) -> None:
        """Set the active provider before the first connection."""
        self._active = _Target(provider, model)

    async def connection(self) -> Connection:
        """Return an open connection to the provider to use now.

        Raises:
            Failure: There is none; says what to do.
        """
        return await self._connected(self._current())

    def use_fallback(self) -> str:
        """Use the fallback for a while; return its name, or "" when there is none or it is in use."""
        if self._fallback is None or self._current() is self._fallback:
            return ""
        self._fallback_until_s = asyncio.get_running_loop().time() + FALLBACK_PERIOD_S
        return self._fallback.provider

    async def switch_provider(self, provider: str, model: str) -> None:
        """Replace the active provider; the old one stays until the new connection is open.

        Raises:
            Failure: The provider cannot be reached, has no key, or lacks the model.
        """
        target = _Target(provider.strip(), model)
        if target.provider == "none":
            self._publish(ProviderReady(provider="none", host="", model="", models=[], leaves_machine=False))
        else:
            await self._connected(target)
        old, self._active, self._fallback_until_s = self._active, target, 0.0
        await old.disconnect()

    async def disconnect(self) -> None:
        """Close the connection in use; the next question opens a new one."""
        await self._current().disconnect()

    async def small_model_moved(self, address: str) -> None:
        """Close connections to the old address of the small model's server."""
        for target in self._targets():
            connection = target.connection
            if connection and connection.provider.small and connection.provider.base_url != address:
                await target.disconnect()

    async def keep_warm(self) -> None:
        """Use idle connections forever, so that the next question does not wait for DNS and TLS."""
        while True:
            await asyncio.sleep(KEEP_WARM_EVERY_S / 3)
            connection = self._current().connection
            if connection is not None and not await connection.http.keep_warm(KEEP_WARM_EVERY_S):
                await self.disconnect()

    async def close(self) -> None:
        """Close every connection."""
        for target in self._targets():
            await target.disconnect()

    def _targets(self) -> list[_Target]:
        return [self._active] if self._fallback is None else [self._active, self._fallback]

    def _current(self) -> _Target:
        failed = asyncio.get_running_loop().time() < self._fallback_until_s
        return self._fallback if failed and self._fallback is not None else self._active

    async def _connected(self, target: _Target) -> Connection:
        """Return the target's connection, or open one. Cancelling the wait does not cancel the opening."""
        if target.connecting is None or (target.connecting.done() and target.connection is None):
            target.connecting = asyncio.get_running_loop().create_task(self._connect(target))
        return await asyncio.shield(target.connecting)

    async def _connect(self, target: _Target) -> Connection:
        connection = await self._finder.connect(target.provider, target.model)
        provider = connection.provider
        self._publish(
            ProviderReady(
                provider=provider.name,
                host=provider.host,
                model=connection.model,
                models=list(connection.models),
                leaves_machine=leaves_machine(provider, connection.model),
                encrypted=provider.encrypted,
                proxy=connection.http.proxy,
            )
        )
        return connection
