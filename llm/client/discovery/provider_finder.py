"""Finds a provider and opens a connection to it.

"auto" looks for a server on this machine, then for the small model, and never leaves the machine. A remote
host is used only when the settings name it. Listing the models opens the connection, chooses the model and
reveals a rejected key before the first question.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

from bus.failures import ProviderFailure
from llm.client import errors
from llm.client.connection import Connection, LearnedDialects
from llm.client.context import ClientContext
from llm.client.discovery.model_list import choose_model, list_models
from llm.client.discovery.small_model import SmallModelAddress
from llm.client.errors import RequestFailed, WrongAddress
from llm.client.http.connection import HttpConnection
from llm.keys.provider_keys import find_key, small_model_key
from llm.providers import LOCAL_SERVERS, requested_provider, small_model
from llm.providers.address import with_version
from llm.providers.model_names import chat_models
from llm.providers.provider import Provider, dialect

SEARCH_TIMEOUT_S = 2.0
"""How long a server on this machine may take to list its models."""

MAX_MODELS = 500
"""How many models are published; some gateways list thousands."""


class ProviderFinder:
    """Opens connections as the settings say.

    Args:
        context: Settings, event bus and sockets.
        small: Address of the small model's server.
    """

    def __init__(self, context: ClientContext, small: SmallModelAddress) -> None:
        self._context = context
        self._settings = context.settings
        self._small = small
        self._learned: LearnedDialects = {}

    async def connect(self, provider: str, model: str = "") -> Connection:
        """Return an open connection.

        Args:
            provider: The provider, in the form of the setting `provider`.
            model: The model to request; empty takes the first suitable one.

        Raises:
            Failure: There is no provider, no key, or no such model.
        """
        provider = provider.strip()
        named = requested_provider(self._settings, provider)
        if named is not None:
            key = await asyncio.to_thread(find_key, named, os.environ, self._context.read_stored_key)
            return await self._open(named, key, model)
        if provider == "none":
            raise errors.no_provider("no provider was chosen", "use --provider auto, or name one")
        await self._context.sockets.wait_ready()  # otherwise no server would be found
        if provider == "auto":
            found = await self._find_local(model)
            if found is not None:
                return found
        return await self._open_small()

    async def _open(self, provider: Provider, key: str | None, wanted: str) -> Connection:
        """Open a connection and choose a model; an address without a path is tried with /v1 first."""
        tried: list[str] = []
        versioned = with_version(provider.base_url) if provider.name == provider.base_url else None
        if versioned is not None:
            try:
                return await self._open_at(replace(provider, base_url=versioned), key, wanted, tried, True)
            except (WrongAddress, _NoModelList):
                pass
        return await self._open_at(provider, key, wanted, tried, False)

    async def _open_at(
        self, provider: Provider, key: str | None, wanted: str, tried: list[str], needs_list: bool
    ) -> Connection:
        http = HttpConnection(provider, key, self._context)
        try:
            listed = await self._list(http, tried)
            if listed is None and needs_list:
                raise _NoModelList
            return self._connection(http, choose_model(provider, wanted, listed, tried), listed or ())
        except BaseException:
            await http.close()
            raise

    async def _list(self, http: HttpConnection, tried: list[str]) -> tuple[str, ...] | None:
        timeout_s = self._settings.first_token_timeout_s
        if http.provider.may_load_model:
            timeout_s = max(timeout_s, self._settings.local_first_token_timeout_s)
        return await list_models(http, timeout_s, tried)

    def _connection(self, http: HttpConnection, model: str, listed: tuple[str, ...]) -> Connection:
        return Connection(
            http,
            model,
            tuple(chat_models(listed)[:MAX_MODELS]),
            self._learned.get((http.provider.base_url, model))
            or dialect(http.provider, model, self._settings),
            self._learned,
        )

    async def _find_local(self, wanted: str) -> Connection | None:
        """Return a connection to the first server on this machine that has a model."""
        tries = [asyncio.create_task(self._try_local(provider, wanted)) for provider in LOCAL_SERVERS]
        found = [connection for connection in await asyncio.gather(*tries) if connection is not None]
        for unused in found[1:]:
            await unused.http.close()
        return found[0] if found else None

    async def _try_local(self, provider: Provider, wanted: str) -> Connection | None:
        try:
            async with asyncio.timeout(SEARCH_TIMEOUT_S):
                return await self._open(replace(provider, lists_all=True), None, wanted)
        except (RequestFailed, ProviderFailure, TimeoutError):  # not running, or another program
            return None

    async def _open_small(self) -> Connection:
        if not self._settings.local_model_path:
            raise errors.no_provider(
                "no language model was found on this machine",
                "start Ollama, LM Studio or llama.cpp, `cuecard models pull smollm2`, or name a --provider",
            )
        address = await self._small.address()
        if not address:
            raise errors.no_provider("the small model's server did not start", "try `cuecard doctor`")
        key = small_model_key(self._context.model_token)
        http = HttpConnection(small_model(address), key, self._context)
        try:
            listed = await self._list(http, [])
            if not listed:
                raise errors.no_provider("the small model's server lists no model", "try `cuecard doctor`")
            return self._connection(http, listed[0], listed)
        except BaseException:
            await http.close()
            raise


class _NoModelList(Exception):
    """The address has no list of models; the API may be at another path."""
