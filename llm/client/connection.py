"""Finds who answers, and opens a warm line to them.

"auto" looks for a server that runs on this machine, then for the small model, and never leaves the machine;
a host elsewhere is asked only when the settings name it. Listing the models warms the connection, tells
which one to ask for, and shows a refused key before the first question.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bus.failures import ProviderFailure
from llm.client import errors as refusals
from llm.client.errors import RequestFailed
from llm.client.http_connection import HttpConnection, HttpResponse, Ledger
from llm.client.sockets import SocketSource
from llm.keys.provider_keys import find_key, small_model_key
from llm.prompt import Prompt
from llm.protocols.errors import error_in
from llm.protocols.protocol import Dialect
from llm.providers import ON_THIS_MACHINE, named_provider, small_model
from llm.providers.address import with_version
from llm.providers.model_names import chat_models, is_alias, listed_model, suitable_model
from llm.providers.provider import Provider, dialect
from llm.settings import LlmSettings

LOOK_S = 0.5
"""How long a server on this machine may take to say that it is there."""

SMALL_MODEL_START_S = 15.0
"""How long the small model's server may take to be ready."""

_PAGES_AT_MOST = 5
"""Of a list of models."""

MODELS_AT_MOST = 500
"""So many are shown; some gateways list thousands."""


Learnt = dict[tuple[str, str], Dialect]
"""What was learnt of the models at each address in this session."""


class SmallModelAddress:
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


@dataclass
class Connection:
    """A warm line to someone who answers."""

    line: HttpConnection
    model: str
    """The model to ask for."""
    models: tuple[str, ...] = ()
    """What was listed and can answer."""
    dialect: Dialect = field(default_factory=Dialect)
    """How it is spoken to; becomes plainer when the provider does not know what it is asked."""
    learnt: Learnt = field(default_factory=dict)
    """Where what was learnt of this model is kept for the next connection."""

    @property
    def provider(self) -> Provider:
        """Who answers."""
        return self.line.provider

    def body(self, prompt: Prompt) -> bytes:
        """Return what is sent for a wish, byte for byte."""
        return self.provider.protocol.body(prompt, self.model, self.dialect)

    def drop_unsupported_fields(self, complaint: str) -> bool:
        """Leave out from now on what the provider complains of; return whether there was anything to."""
        plainer = self.dialect.plainer(complaint)
        if plainer is None:
            return False
        self._learn(plainer)
        return True

    def note_thoughts(self, *, begins_in_thoughts: bool) -> None:
        """Remember whether this model's text begins in thoughts that nothing opens."""
        if begins_in_thoughts != self.dialect.begins_in_thoughts:
            self._learn(replace(self.dialect, begins_in_thoughts=begins_in_thoughts))

    def _learn(self, dialect: Dialect) -> None:
        self.dialect = self.learnt[self.provider.base_url, self.model] = dialect


class Connector:
    """Opens connections as the settings say.

    Args:
        settings: How those who answer are reached.
        small: Where the small model is.
        run_token: By which the small model's server knows us.
        ledger: Is told of every request.
        dialling: Opens connections.
    """

    def __init__(
        self,
        settings: LlmSettings,
        small: SmallModelAddress,
        run_token: bytes,
        ledger: Ledger,
        sockets: SocketSource,
    ) -> None:
        self._settings = settings
        self._small = small
        self._run_token = run_token
        self._ledger = ledger
        self._dialling = sockets
        self._learnt: Learnt = {}

    async def connect(self, provider: str, model: str = "") -> Connection:
        """Return a warm connection.

        Args:
            provider: Who is to answer, as `provider` in the settings takes it.
            model: The model to ask for; empty takes the first suitable one.

        Raises:
            Failure: Nobody may be asked, nobody is there, or there is no key, or no such model.
        """
        provider = provider.strip()
        named = named_provider(self._settings, provider)
        if named is not None:
            key = await asyncio.to_thread(find_key, named, os.environ)
            return await self._open(named, key, model)
        if provider == "none":
            raise _nobody("no provider was chosen", "use --provider auto, or name one")
        await self._dialling.wait_ready()  # or nobody would be found around here
        if provider == "auto":
            found = await self._look_around(model)
            if found is not None:
                return found
        return await self._open_small()

    async def _open(self, provider: Provider, key: str | None, wanted: str) -> Connection:
        """Open a line, warm it by asking for the models, and choose one.

        An address without a path is tried with the usual version behind it first.
        """
        tried: list[str] = []
        versioned = with_version(provider.base_url) if provider.name == provider.base_url else None
        if versioned is not None:
            found = await self._open_at(replace(provider, base_url=versioned), key, wanted, tried)
            if found is not None:
                return found
        found = await self._open_at(provider, key, wanted, tried, last=True)
        assert found is not None
        return found

    async def _open_at(
        self, provider: Provider, key: str | None, wanted: str, tried: list[str], *, last: bool = False
    ) -> Connection | None:
        """Return a connection to one address; None when it lists no models and it is not the last to try."""
        line = HttpConnection(provider, key, self._settings, self._ledger, self._dialling)
        try:
            listed = await self._listed(line, tried)
            if listed is not None or last:
                model = _chosen(provider, wanted, listed, tried)
                return self._connection(line, model, listed or ())
        except RequestFailed as failure:
            await line.close()
            if last or failure.unreachable or not failure.misplaced:
                raise
            return None
        except BaseException:
            await line.close()
            raise
        await line.close()
        return None

    def _connection(self, line: HttpConnection, model: str, listed: tuple[str, ...]) -> Connection:
        return Connection(
            line,
            model,
            tuple(chat_models(listed)[:MODELS_AT_MOST]),
            self._learnt.get((line.provider.base_url, model))
            or dialect(line.provider, model, self._settings),
            self._learnt,
        )

    async def _listed(self, line: HttpConnection, tried: list[str] | None = None) -> tuple[str, ...] | None:
        """Return the models that the provider lists; None when it lists nothing.

        Args:
            line: Whom to ask.
            tried: Is told what was asked and what answered.
        """
        seconds = self._settings.first_token_timeout_s
        if line.provider.may_load_first:
            seconds = max(seconds, self._settings.local_first_token_timeout_s)
        names: tuple[str, ...] = ()
        protocol, path = line.provider.protocol, line.provider.protocol.models_path
        try:
            async with asyncio.timeout(seconds):
                for _ in range(_PAGES_AT_MOST):
                    async with line.get(path) as incoming:
                        body = await incoming.whole()
                    if tried is not None:
                        tried.append(f"{line.provider.base_url}/{path.lstrip('/')} (HTTP {incoming.status})")
                    _check_list(line.provider, incoming, body)
                    page = protocol.models_in(body)
                    if page is None:
                        return names or None
                    names, path = names + page.names, page.next_path
                    if not path:
                        break
        except TimeoutError:
            raise RequestFailed(
                f"{line.provider.name} did not list its models in time", fix="see whether it is overloaded"
            ) from None
        return names

    async def _look_around(self, wanted: str) -> Connection | None:
        """Return a connection to the first server that runs on this machine and has a model."""
        tries = [asyncio.create_task(self._try(provider, wanted)) for provider in ON_THIS_MACHINE]
        found = [connection for connection in await asyncio.gather(*tries) if connection is not None]
        for unused in found[1:]:
            await unused.line.close()
        return found[0] if found else None

    async def _try(self, provider: Provider, wanted: str) -> Connection | None:
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._open(replace(provider, lists_all=True), None, wanted)
        except (RequestFailed, ProviderFailure, TimeoutError):  # it is not there, or it is something else
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
        key = small_model_key(self._run_token)
        line = HttpConnection(small_model(address), key, self._settings, self._ledger, self._dialling)
        try:
            listed = await self._listed(line)
            if not listed:
                raise _nobody("the small model's server does not answer", "try `cuecard doctor`")
            return self._connection(line, listed[0], listed)
        except BaseException:
            await line.close()
            raise


def _check_list(provider: Provider, incoming: HttpResponse, body: str) -> None:
    """Refuse what is neither a list of models nor the word that there is none."""
    if incoming.status in (404, 405, 501):
        return  # a server that lists nothing may still answer
    if incoming.status != 200:
        raise refusals.refused(provider, incoming.status, incoming.headers, error_in(body))
    if "html" in incoming.content_type:
        raise refusals.no_stream(provider, incoming.content_type, error_in(body))


def _chosen(provider: Provider, wanted: str, listed: tuple[str, ...] | None, tried: Sequence[str]) -> str:
    """Return the model to ask for.

    Args:
        provider: Who is asked.
        wanted: The model that the user named; empty for any.
        listed: What it lists; None when it lists nothing.
        tried: Where its models were asked for, and what answered.

    Raises:
        Refusal: The one that is wanted is not there, or not any more.
        ProviderFailure: None of them can answer.
    """
    if wanted and listed is not None:
        model = listed_model(wanted, listed)
        lists_all = provider.lists_all or (not provider.encrypted and provider.name == provider.base_url)
        if model is None and lists_all and not is_alias(wanted, listed):
            raise refusals.no_such_model(provider, wanted, listed)
        return model or wanted
    model = wanted or suitable_model(listed or (), provider.preferred_models)
    if not model and listed is None:
        raise _nobody(
            f"{provider.name} lists no models; tried {', '.join(tried)}",
            "check the address (most end in /v1), or name the model by --model",
        )
    if not model:
        raise _nobody(f"{provider.name} has no model that answers", "pull one there, or name one by --model")
    return model


def _nobody(what: str, fix: str) -> ProviderFailure:
    return ProviderFailure(what, kept="the transcript goes on, and your notes are shown", fix=fix)
