"""HTTP connection to one provider; the only module that sends anything to it.

Uses HTTP/1.1 with keep-alive and TLS 1.2 or later, always checks certificates, follows no redirect, and uses
a proxy only where the settings say so. Each request that leaves the machine or has a body is published as
RequestSent when its first byte is sent. No error contains a key or a body.
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
from llm.client import errors
from llm.client.context import ClientContext
from llm.client.errors import RequestFailed
from llm.client.http.key_redaction import KeyRedaction, redacted
from llm.client.http.transport import ConnectorTransport
from llm.connector.proxies import proxy_for, proxy_shown
from llm.providers.provider import Provider, leaves_machine

MAX_BODY_BYTES = 4 << 20
"""A body that is read whole (a list, an error) is cut here; the longest model lists are about 1 MB."""

_READ_TIMEOUT_S, _WRITE_TIMEOUT_S, _POOL_TIMEOUT_S = 20.0, 10.0, 2.0
_KEEP_OPEN_S = 600.0
_MAX_CONNECTIONS = 4

_HEADERS = {
    "user-agent": "cuecard",
    "accept": "text/event-stream, application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
}


class HttpResponse:
    """A response whose body is still arriving.

    Args:
        response: The response, with its headers read.
        redact_key: Removes the key from a text.
    """

    def __init__(self, response: httpx.Response, redact_key: Callable[[str], str]) -> None:
        self._response = response
        self._redact_key = redact_key
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self.content_type = self.headers.get("content-type", "").lower()

    async def chunks(self) -> AsyncIterator[tuple[bytes, int]]:
        """Yield the body's decompressed bytes, each with its monotonic arrival time in ns."""
        async for chunk in self._response.aiter_bytes():
            yield chunk, time.monotonic_ns()

    async def text(self) -> str:
        """Return the body as text, cut at `MAX_BODY_BYTES`, without the key, which some errors quote."""
        body = bytearray()
        async for chunk, _ in self.chunks():
            body += chunk
            if len(body) >= MAX_BODY_BYTES:
                break
        return self._redact_key(body[:MAX_BODY_BYTES].decode(errors="replace"))


class HttpConnection:
    """A connection to one provider. Use it on one event loop.

    Args:
        provider: The provider.
        key: Its key; None when it needs none.
        context: Settings, event bus and sockets.

    Raises:
        SettingsFailure: The environment's proxy should be used and cannot be.
    """

    def __init__(self, provider: Provider, key: str | None, context: ClientContext) -> None:
        settings = context.settings
        self.provider = provider
        self._key = key
        self._publish = context.publish
        loading_s = settings.local_first_token_timeout_s if provider.may_load_model else 0.0
        self._read_timeout_s = max(_READ_TIMEOUT_S, settings.first_token_timeout_s, loading_s)
        self._active_requests = 0
        self._used_s = time.monotonic()
        self.proxy = proxy_shown(provider, settings)
        """Host and port of the proxy; empty when there is none."""
        self._client = httpx.AsyncClient(
            headers=_HEADERS | provider.protocol.headers(key or ""),
            transport=ConnectorTransport(
                context.sockets,
                _ssl_context(provider.base_url),
                proxy=proxy_for(provider, settings),
                max_connections=_MAX_CONNECTIONS,
                keep_open_s=_KEEP_OPEN_S,
            ),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(
                connect=settings.connect_timeout_s,
                read=self._read_timeout_s,
                write=_WRITE_TIMEOUT_S,
                pool=_POOL_TIMEOUT_S,
            ),
        )

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[HttpResponse]:
        """Request a path, such as the list of models.

        Raises:
            RequestFailed: There is no response.
        """
        async with self._exchange("GET", path, b"", question=0, model="") as response:
            yield response

    @asynccontextmanager
    async def post(self, path: str, body: bytes, *, question: int, model: str) -> AsyncIterator[HttpResponse]:
        """Send a body and yield the response; leaving the block early closes the connection at once.

        Args:
            path: Path under the provider's base address.
            body: JSON.
            question: The question's number, for RequestSent.
            model: The model, for RequestSent.

        Raises:
            RequestFailed: There is no response, or the connection is lost.
        """
        async with self._exchange("POST", path, body, question=question, model=model) as response:
            yield response

    async def keep_warm(self, idle_s: float) -> bool:
        """Send a small request after so many idle seconds; return whether the connection works.

        Sends nothing to a server on this machine, where a new connection costs nothing.
        """
        silent_s = 0.0 if self._active_requests else time.monotonic() - self._used_s
        if silent_s < idle_s or self.provider.base_url.startswith("http:"):
            return True
        try:
            async with self.get(self.provider.protocol.warm_path) as response:
                await response.text()
        except RequestFailed:
            return False
        return True

    def redact_key(self, text: str) -> str:
        """Return the text without the key."""
        return redacted(text, self._key or "")

    def key_redaction(self) -> KeyRedaction:
        """Return what removes the key from one streamed answer."""
        return KeyRedaction(self._key or "")

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

        async def trace(step: str, info: dict[str, Any]) -> None:
            nonlocal recorded
            if step == "http11.send_request_headers.started" and not recorded:
                recorded = True
                self._record(url, body, question=question, model=model)

        request.extensions["trace"] = trace
        with self._translated_errors(), self._in_use():
            response = await self._client.send(request, stream=True)
            try:
                yield HttpResponse(response, self.redact_key)
            finally:
                await response.aclose()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        self._active_requests += 1
        try:
            yield
        finally:
            self._active_requests -= 1
            self._used_s = time.monotonic()

    def _record(self, url: str, body: bytes, *, question: int, model: str) -> None:
        if not body and self.provider.local:
            return
        self._publish(
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
    def _translated_errors(self) -> Iterator[None]:
        """Turn httpx's errors, which hold the request, into RequestFailed."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise errors.unreachable(self.provider, self.proxy, list(_causes(error))) from None
        except httpx.ReadTimeout:
            raise errors.read_timed_out(self.provider.host, self._read_timeout_s) from None
        except httpx.HTTPError as error:
            raise errors.connection_lost(self.provider.host, error) from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _ssl_context(address: str) -> ssl.SSLContext:
    """Return a context that trusts the usual roots, or those of SSL_CERT_FILE."""
    if address.startswith("http:"):  # needs no certificates; saves loading them, and trusts none
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context(verify=True, trust_env=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
