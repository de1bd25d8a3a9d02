"""Which provider is asked: the line to it, kept warm; another one in mid-session; one to fall back on.

Use it on one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.messages import Event, ProviderReady
from llm.client.connection import Connection, Connector
from llm.providers import leaves_machine
from llm.settings import LlmSettings

KEEP_WARM_EVERY_S = 45.0
"""How long a line may be idle before it is used for nothing; servers close idle ones after a minute or so."""

REST_S = 60.0
"""How long a provider that failed is left alone while there is one to fall back on."""


class _Choice:
    """A provider and a model as the user names them, and the line to them once it is open."""

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

    async def hang_up(self) -> None:
        connection = self.connection
        if connection is not None:
            self.connecting = None
            await connection.line.close()


class Failover:
    """The line to whoever is asked.

    Args:
        settings: Who is asked first, and who is fallen back on.
        connector: Opens lines.
        publish: Takes the events.
    """

    def __init__(self, settings: LlmSettings, connector: Connector, publish: Callable[[Event], None]) -> None:
        self._connector = connector
        self._publish = publish
        self._main = _Choice(settings.provider, settings.model)
        self._fallback = _Choice(settings.fallback_provider, "") if settings.fallback_provider else None
        self._rests_until_s = 0.0

    def begin_with(self, provider: str, model: str) -> None:
        """Ask this one first, in the place of the settings' own; before anybody is connected."""
        self._main = _Choice(provider, model)

    async def connected(self) -> Connection:
        """Return a warm connection to whoever is to be asked now.

        Raises:
            Failure: There is none; says what to do.
        """
        return await self._connected(self._asked_now())

    def fall_back(self) -> str:
        """Ask the other one for a while; return its name, or "" when there is none or it is asked already."""
        if self._fallback is None or self._asked_now() is self._fallback:
            return ""
        self._rests_until_s = asyncio.get_running_loop().time() + REST_S
        return self._fallback.provider

    async def use(self, provider: str, model: str) -> None:
        """Ask somebody else from now on; the one before stays until the new line is warm.

        Raises:
            Failure: Nobody answers there, there is no key, or no such model.
        """
        choice = _Choice(provider.strip(), model)
        if choice.provider == "none":
            self._publish(ProviderReady(provider="none", host="", model="", models=[], leaves_machine=False))
        else:
            await self._connected(choice)
        before, self._main, self._rests_until_s = self._main, choice, 0.0
        await before.hang_up()

    async def hang_up(self) -> None:
        """Close the line in use; the next question opens it anew."""
        await self._asked_now().hang_up()

    async def small_model_moved(self, address: str) -> None:
        """Note where the small model's server is now: a line to its old place is of no use."""
        for choice in self._choices():
            connection = choice.connection
            if (
                connection is not None
                and connection.provider.small
                and connection.provider.base_url != address
            ):
                await choice.hang_up()

    async def keep_warm(self) -> None:
        """Use idle lines for nothing, for ever, so that the next question does not wait for DNS and TLS."""
        while True:
            await asyncio.sleep(KEEP_WARM_EVERY_S / 3)
            connection = self._asked_now().connection
            if connection is not None and not await connection.line.keep_warm(KEEP_WARM_EVERY_S):
                await self.hang_up()

    async def close(self) -> None:
        """Close every line."""
        for choice in self._choices():
            await choice.hang_up()

    def _choices(self) -> list[_Choice]:
        return [self._main] if self._fallback is None else [self._main, self._fallback]

    def _asked_now(self) -> _Choice:
        rests = asyncio.get_running_loop().time() < self._rests_until_s
        return self._fallback if rests and self._fallback is not None else self._main

    async def _connected(self, choice: _Choice) -> Connection:
        """Return the choice's connection, or make one. Cancelling the wait does not cancel the making."""
        if choice.connecting is None or (choice.connecting.done() and choice.connection is None):
            choice.connecting = asyncio.get_running_loop().create_task(self._connect(choice))
        return await asyncio.shield(choice.connecting)

    async def _connect(self, choice: _Choice) -> Connection:
        connection = await self._connector.connect(choice.provider, choice.model)
        provider = connection.provider
        self._publish(
            ProviderReady(
                provider=provider.name,
                host=provider.host,
                model=connection.model,
                models=list(connection.models),
                leaves_machine=leaves_machine(provider, connection.model),
                encrypted=provider.encrypted,
                proxy=connection.line.proxy,
            )
        )
        return connection
