"""Finds who answers, and opens a warm line to them.

"auto" looks for a server that runs on this machine, then for the small model, and never leaves the machine;
a host elsewhere is asked only when the settings name it. Listing the models warms the connection, tells
which one to ask for, and shows a refused key before the first question.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass

from bus.failures import ProviderFailure
from llm import refusals
from llm.chat_completions import MODELS_PATH, error_in, models_in
from llm.keys import find_key, small_model_key
from llm.providers import (
    ON_THIS_MACHINE,
    Provider,
    listed_model,
    named_provider,
    small_model,
    suitable_model,
)
from llm.refusals import Refusal
from llm.settings import LlmSettings
from llm.transport import Ledger, Line

LOOK_S = 0.5
"""How long a server on this machine may take to say that it is there."""

SMALL_MODEL_START_S = 15.0
"""How long the small model's server may take to be ready."""


class SmallModel:
    """Where the small model's server is, as far as is known. Use it on one event loop."""

    def __init__(self) -> None:
        self._known = asyncio.Event()
        self._address = ""
        self._expected_until_s = time.monotonic() + SMALL_MODEL_START_S

    def moved(self, address: str) -> None:
        """Note where it is now; empty when it died and is started again."""
        self._address = address
        if address:
            self._known.set()
        else:
            self._known.clear()
            self._expected_until_s = time.monotonic() + SMALL_MODEL_START_S

    def given_up(self) -> None:
        """Note that it will not come back."""
        self._address = ""
        self._known.set()

    async def address(self) -> str:
        """Return where it is, waiting for a start that is under way; empty when it does not come."""
        try:
            async with asyncio.timeout(max(self._expected_until_s - time.monotonic(), 0.0)):
                await self._known.wait()
        except TimeoutError:
            return ""
        return self._address


@dataclass(frozen=True)
class Connection:
    """A warm line to someone who answers."""

    line: Line
    model: str
    """The model to ask for."""

    @property
    def provider(self) -> Provider:
        """Who answers."""
        return self.line.provider


class Connector:
    """Opens connections as the settings say.

    Args:
        settings: Who may be asked.
        small: Where the small model is.
        run_token: By which the small model's server knows us.
        ledger: Is told of every request.
    """

    def __init__(self, settings: LlmSettings, small: SmallModel, run_token: bytes, ledger: Ledger) -> None:
        self._settings = settings
        self._small = small
        self._run_token = run_token
        self._ledger = ledger

    async def connect(self) -> Connection:
        """Return a warm connection.

        Raises:
            Failure: Nobody may be asked, nobody is there, or there is no key; says what to do.
        """
        provider = named_provider(self._settings)
        if provider is not None:
            key = await asyncio.to_thread(find_key, provider, os.environ)
            return await self._open(provider, key)
        if self._settings.provider == "none":
            raise _nobody("no provider was chosen", "use --provider auto, or name one")
        if self._settings.provider == "auto":
            found = await self._look_around()
            if found is not None:
                return found
        return await self._open_small()

    async def _open(self, provider: Provider, key: str | None) -> Connection:
        """Open a line, warm it by asking for the models, and choose one."""
        line = Line(provider, key, self._settings, self._ledger)
        try:
            return Connection(line, await self._choose_model(line))
        except BaseException:
            await line.close()
            raise

    async def _choose_model(self, line: Line) -> str:
        provider, wanted = line.provider, self._settings.model
        try:
            async with (
                asyncio.timeout(self._settings.first_token_timeout_s),
                line.get(MODELS_PATH) as incoming,
            ):
                body = await incoming.whole()
        except TimeoutError:
            raise Refusal(
                f"{provider.name} did not list its models in time", todo="see whether it is overloaded"
            ) from None
        if incoming.status in (404, 405, 501) and wanted:
            return wanted  # a server that lists nothing may still answer
        if incoming.status != 200:
            raise refusals.refused(provider, incoming.status, incoming.headers, error_in(body))
        listed = models_in(body)
        if wanted and listed is not None and self._settings.provider == "auto":
            model = listed_model(wanted, listed)
        else:
            model = wanted or suitable_model(listed or [], provider.preferred_models)
        if model is None:
            raise _nobody(
                f"{provider.name} has no model that answers", "pull one there, or name one by --model"
            )
        return model

    async def _look_around(self) -> Connection | None:
        """Return a connection to the first server that runs on this machine and has a model."""
        tries = [asyncio.create_task(self._try(provider)) for provider in ON_THIS_MACHINE]
        found = [connection for connection in await asyncio.gather(*tries) if connection is not None]
        for unused in found[1:]:
            await unused.line.close()
        return found[0] if found else None

    async def _try(self, provider: Provider) -> Connection | None:
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._open(provider, None)
        except (Refusal, ProviderFailure, TimeoutError):  # it is not there, or it is something else
            return None

    async def _open_small(self) -> Connection:
        if not self._settings.local_model_path:
            raise _nobody(
                "no language model was found on this machine",
                "start Ollama, LM Studio or llama.cpp, `cuecard models pull smollm2`, or name a --provider",
            )
        address = await self._small.address()
        if not address:
            raise _nobody("the small model's server did not start", "try `cuecard doctor`")
        line = Line(small_model(address), small_model_key(self._run_token), self._settings, self._ledger)
        try:
            return Connection(line, await self._warm_small(line))
        except BaseException:
            await line.close()
            raise

    async def _warm_small(self, line: Line) -> str:
        async with line.get(MODELS_PATH) as incoming:
            listed = models_in(await incoming.whole())
        if not listed:
            raise _nobody("the small model's server does not answer", "try `cuecard doctor`")
        return listed[0]


def _nobody(what: str, todo: str) -> ProviderFailure:
    return ProviderFailure(what, kept="the transcript goes on, and your notes are shown", todo=todo)
