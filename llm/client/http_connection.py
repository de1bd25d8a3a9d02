"""The line to one server: the only module that says anything to it.

HTTP/1.1 on a connection that is kept open; TLS of version 1.2 or later, certificates always checked;
redirects are not followed; a proxy is used only when the settings say so, and never for this machine. Plain
http is for loopback and for hosts that the settings name (`llm.providers` refuses the rest). Every request
that leaves the machine or carries words is put into the ledger at the moment its first byte goes out. Neither
keys nor bodies appear in what is raised here.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from bus.messages import RequestSent
from llm.client.errors import RequestFailed
from llm.client.http_transport import ConnectorTransport
from llm.client.sockets import ConnectFailed, SocketSource
from llm.connector.proxies import proxy_for, proxy_shown
from llm.providers.provider import Provider, leaves_machine
from llm.settings import LlmSettings

LARGEST_REPLY_BYTES = 4 << 20
"""A reply that is read whole (a list, an error) is cut here; the longest lists of models have a megabyte."""

_SILENCE_S, _WRITE_TIMEOUT_S, _POOL_TIMEOUT_S = 20.0, 10.0, 2.0
_KEEP_OPEN_S = 600.0
_CONNECTIONS_AT_MOST = 4

_HEADERS = {
    "user-agent": "cuecard",
    "accept": "text/event-stream, application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
}

Ledger = Callable[[RequestSent], None]


class HttpResponse:
    """A response whose body is still coming in.

    Args:
        response: The response, its headers read.
        blot_out: Takes the key out of a text.
    """

    def __init__(self, response: httpx.Response, redact_key: Callable[[str], str]) -> None:
        self._response = response
        self._blot_out = redact_key
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self.content_type = self.headers.get("content-type", "").lower()

    async def chunks(self) -> AsyncIterator[tuple[bytes, int]]:
        """Yield the body's bytes as they come, decompressed, with the monotonic time of each in ns."""
        async for chunk in self._response.aiter_bytes():
            yield chunk, time.monotonic_ns()

    async def whole(self) -> str:
        """Return the body as text, cut at `LARGEST_REPLY_BYTES`, without the key, which some errors quote."""
        body = bytearray()
        async for chunk, _ in self.chunks():
            body += chunk
            if len(body) >= LARGEST_REPLY_BYTES:
                break
        return self._blot_out(body[:LARGEST_REPLY_BYTES].decode(errors="replace"))


class HttpConnection:
    """A line to one provider. Use it on one event loop.

    Args:
        provider: Whom to ask.
        key: Its key; None when it wants none.
        settings: Time limits, and whether a proxy is used.
        ledger: Is told of every request as it goes out.
        dialling: Opens connections.

    Raises:
        SettingsFailure: The environment's proxy is to be used, and cannot be.
    """

    def __init__(
        self,
        provider: Provider,
        key: str | None,
        settings: LlmSettings,
        ledger: Ledger,
        sockets: SocketSource,
    ) -> None:
        self.provider = provider
        self._key = key
        self._ledger = ledger
        loading_s = settings.local_first_token_timeout_s if provider.may_load_first else 0.0
        self._silence_s = max(_SILENCE_S, settings.first_token_timeout_s, loading_s)
        self._busy = 0
        self._used_s = time.monotonic()
        self.proxy = proxy_shown(provider, settings)
        """Host and port of the proxy in between; empty when there is none."""
        self._client = httpx.AsyncClient(
            headers=_HEADERS | provider.protocol.headers(key or ""),
            transport=ConnectorTransport(
                sockets,
                _ssl_context(provider.base_url),
                proxy=proxy_for(provider, settings),
                connections_at_most=_CONNECTIONS_AT_MOST,
                keep_open_s=_KEEP_OPEN_S,
            ),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(
                connect=settings.connect_timeout_s,
                read=self._silence_s,
                write=_WRITE_TIMEOUT_S,
                pool=_POOL_TIMEOUT_S,
            ),
        )

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[HttpResponse]:
        """Ask for something, as for the list of models; also warms the line.

        Raises:
            Refusal: Nobody answers.
        """
        async with self._exchange("GET", path, b"", question=0, model="") as incoming:
            yield incoming

    @asynccontextmanager
    async def post(self, path: str, body: bytes, *, question: int, model: str) -> AsyncIterator[HttpResponse]:
        """Send a body and yield the response; leaving the block early closes the connection at once.

        Args:
            path: Under the provider's base address.
            body: JSON.
            question: For the ledger.
            model: For the ledger.

        Raises:
            Refusal: Nobody answers, or the line breaks.
        """
        async with self._exchange("POST", path, body, question=question, model=model) as incoming:
            yield incoming

    async def keep_warm(self, idle_s: float) -> bool:
        """Ask for something small, without words, if nothing was said for so long; tell whether it is good.

        On this machine, where a new line costs nothing, nothing is asked.
        """
        silent_s = 0.0 if self._busy else time.monotonic() - self._used_s
        if silent_s < idle_s or self.provider.base_url.startswith("http:"):
            return True
        try:
            async with self.get(self.provider.protocol.warm_path) as incoming:
                await incoming.whole()
        except RequestFailed:
            return False
        return True

    def redact_key(self, text: str) -> str:
        """Return the text without the key."""
        return text.replace(self._key, "(key)") if self._key else text

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    @asynccontextmanager
    async def _exchange(
        self, method: str, path: str, body: bytes, *, question: int, model: str
    ) -> AsyncIterator[HttpResponse]:
        url = f"{self.provider.base_url}/{path}"
        request = self._client.build_request(method, url, content=body or None)
        recorded = False

        async def watch(step: str, info: dict[str, Any]) -> None:
            nonlocal recorded
            if step == "http11.send_request_headers.started" and not recorded:
                recorded = True
                self._record(url, body, question=question, model=model)

        request.extensions["trace"] = watch
        with self._failures(), self._in_use():
            response = await self._client.send(request, stream=True)
            try:
                yield HttpResponse(response, self.redact_key)
            finally:
                await response.aclose()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._used_s = time.monotonic()

    def _record(self, url: str, body: bytes, *, question: int, model: str) -> None:
        if not body and self.provider.local:
            return
        self._ledger(
            RequestSent(
                question=question,
                host=self.provider.host,
                url=url,
                model=model,
                body=body.decode(),
                body_bytes=len(body),
                left_machine=leaves_machine(self.provider, model),
                encrypted=self.provider.encrypted,
                sent_ns=time.monotonic_ns(),
            )
        )

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn httpx's failures into ours, without the request that they hold."""
        host = self.provider.host
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error) from None
        except httpx.ReadTimeout:
            raise RequestFailed(
                f"{host} fell silent for {self._silence_s:.0f} s", fix="ask again", may_retry=True
            ) from None
        except httpx.HTTPError as error:
            raise RequestFailed(
                f"the line to {host} broke ({type(error).__name__})", fix="ask again", may_retry=True
            ) from None

    def _unreachable(self, error: Exception) -> RequestFailed:
        host, certificate = self.provider.host, _certificate_problem(error)
        if certificate:
            return RequestFailed(
                f"{host} cannot prove who it is ({certificate}); nothing was sent",
                fix="check the clock and the network; behind an inspecting proxy, set SSL_CERT_FILE",
            )
        not_dialled = next((each for each in _causes(error) if isinstance(each, ConnectFailed)), None)
        if not_dialled is not None and not_dialled.why:
            return RequestFailed(
                f"{host} cannot be reached: {not_dialled.why}",
                fix=not_dialled.fix,
                may_retry=True,
                unreachable=True,
            )
        if self.provider.local:
            fix = "start the server, or use --provider auto"
        elif self.proxy:
            fix = f"check the network and the proxy {self.proxy}"
        else:
            fix = "check the network; behind a proxy, set environment_proxy = true in [llm]"
        return RequestFailed(f"{host} cannot be reached", fix=fix, may_retry=True, unreachable=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _ssl_context(address: str) -> ssl.SSLContext:
    """Return how certificates are checked: by the usual roots, or those SSL_CERT_FILE names."""
    if address.startswith("http:"):  # no certificates here; saves the loading, and trusts nobody
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context(verify=True, trust_env=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _certificate_problem(error: BaseException) -> str:
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return each.verify_message
        if isinstance(each, ssl.SSLError):
            return "no TLS"
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
