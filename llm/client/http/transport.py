"""HTTP transport for httpx on sockets that the connector opened.

Works like httpx's own transport, with httpcore's connection pool, but does not open connections itself. TLS
begins here, so the connector sees only encrypted bytes. Knows neither providers nor keys.
"""

from __future__ import annotations

import asyncio
import selectors
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.abc
import httpcore
import httpx
from anyio.streams.tls import TLSAttribute, TLSStream

from llm.client.http.sockets import ConnectFailed, SocketSource

_CONNECT_TIMEOUT_S = 60.0
"""Used when the caller sets no limit."""

_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
_Error = type[httpcore.TimeoutException] | type[httpcore.NetworkError]


class ConnectorTransport(httpx.AsyncBaseTransport):
    """Sends httpx's requests over a pool of connections.

    Args:
        dialling: Opens connections.
        ssl_context: How certificates are checked.
        proxy: Address of the proxy in between; empty for none.
        max_connections: At once.
        keep_open_s: How long an idle connection is kept.
    """

    def __init__(
        self,
        sockets: SocketSource,
        ssl_context: ssl.SSLContext,
        *,
        proxy: str,
        max_connections: int,
        keep_open_s: float,
    ) -> None:
        pool: dict[str, Any] = {
            "ssl_context": ssl_context,
            "max_connections": max_connections,
            "keepalive_expiry": keep_open_s,
            "network_backend": _Backend(sockets),
        }
        self._pool = _proxied(proxy, pool) if proxy else httpcore.AsyncConnectionPool(**pool)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the response before its body has arrived."""
        assert isinstance(request.stream, AsyncIterable)
        url = request.url
        with _httpx_errors():
            response = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


def _proxied(address: str, pool: dict[str, Any]) -> httpcore.AsyncHTTPProxy:
    proxy = httpx.Proxy(address)
    url = proxy.url
    return httpcore.AsyncHTTPProxy(
        proxy_url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        proxy_auth=proxy.raw_auth,
        **pool,
    )


class _Body(httpx.AsyncByteStream):
    """A response's body as it arrives."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors():
            async for piece in self._response.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        with _httpx_errors():
            await self._response.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    """Opens connections through a socket source."""

    def __init__(self, sockets: SocketSource) -> None:
        self._sockets = sockets

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Stream(await self._sockets.connect(host, port, timeout or _CONNECT_TIMEOUT_S))
        except ConnectFailed as failed:
            kind = httpcore.ConnectTimeout if failed.outcome == "timed out" else httpcore.ConnectError
            raise kind(failed.outcome) from failed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection with or without TLS."""

    def __init__(self, stream: anyio.abc.ByteStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _translated(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                try:
                    return await self._stream.receive(max_bytes)
                except anyio.EndOfStream:
                    return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            with _translated(httpcore.WriteTimeout, httpcore.WriteError):
                async with asyncio.timeout(timeout):
                    await self._stream.send(buffer)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        with _translated(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                async with asyncio.timeout(timeout):
                    secured = await TLSStream.wrap(
                        self._stream,
                        hostname=server_hostname,
                        ssl_context=ssl_context,
                        standard_compatible=False,
                        server_side=False,
                    )
            except BaseException:
                await self.aclose()
                raise
        return _Stream(secured)

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._stream.extra(TLSAttribute.ssl_object, None)
        if info == "is_readable":
            return _is_readable(self._stream.extra(anyio.abc.SocketAttribute.raw_socket))
        return None


def _is_readable(connection: Any) -> bool:
    """Return whether bytes or the end of the stream are waiting; an idle connection is unusable then."""
    if connection.fileno() < 0:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))


@contextmanager
def _translated(timeout: _Error, broken: _Error) -> Iterator[None]:
    """Turn the errors of a stream into httpcore's."""
    try:
        yield
    except TimeoutError as error:
        raise timeout(str(error)) from error
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError) as error:
        raise broken(str(error)) from error


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """Turn httpcore's errors into httpx's of the same name."""
    try:
        yield
    except _ERRORS as error:
        same: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
        raise same(str(error)) from error
