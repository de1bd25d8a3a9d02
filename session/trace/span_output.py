"""Outputs of exported spans: a new file, standard output, or a local collector.

An output counts what it dropped instead of raising: a session that prints its events ends when their reader
ends.
"""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

from bus.failures import MachineFailure, UsageFailure

_TIMEOUT_S = 2.0
_LOCALHOST = "127.0.0.1"
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")


class SpanOutput(Protocol):
    """A place for requests with spans."""

    dropped: int
    """Number of requests that could not be written or sent."""
    problem: str
    """Why the newest of them was dropped."""

    def put(self, request: bytes) -> None:
        """Write or send one request."""

    def close(self) -> None:
        """Finish."""


class Lines:
    """Writes one request a line.

    Args:
        path: A new file, readable by the user alone; None for standard output.

    Raises:
        UsageFailure: The file exists already.
        MachineFailure: It cannot be created.
    """

    def __init__(self, path: Path | None) -> None:
        self.dropped, self.problem = 0, ""
        self._file: IO[bytes] = sys.stdout.buffer if path is None else _create(path)

    def put(self, request: bytes) -> None:
        """Write one line."""
        try:
            self._file.write(request + b"\n")
            self._file.flush()
        except OSError as error:
            self.dropped, self.problem = self.dropped + 1, error.strerror or str(error)

    def close(self) -> None:
        """Close the file."""
        if self._file is not sys.stdout.buffer:
            self._file.close()


class Collector:
    """Sends requests to an OpenTelemetry collector on this machine, by OTLP over HTTP.

    Proxies and redirects are not followed, and "localhost" is 127.0.0.1 whatever a resolver says.

    Args:
        url: Such as http://localhost:4318/v1/traces.
        headers: More headers, as in OTEL_EXPORTER_OTLP_HEADERS.

    Raises:
        UsageFailure: It is not an address of this machine, or the headers are malformed.
    """

    def __init__(self, url: str, headers: str = "") -> None:
        import httpx

        self.dropped, self.problem = 0, ""
        self._url = local_url(url)
        self._headers = {**headers_in(headers), "content-type": "application/json"}
        self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=_TIMEOUT_S)
        self._failures = httpx.HTTPError

    def put(self, request: bytes) -> None:
        """Send one request; it is not repeated."""
        try:
            reply = self._client.post(self._url, content=request, headers=self._headers)
        except self._failures as error:
            self.dropped, self.problem = self.dropped + 1, str(error) or type(error).__name__
            return
        if reply.status_code != 200:
            self.dropped, self.problem = self.dropped + 1, f"HTTP {reply.status_code}"

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def local_url(url: str) -> str:
    """Return the address of a collector on this machine, with a number as its host.

    Raises:
        UsageFailure: It is another machine's, or not an address.
    """
    try:
        parts = urlsplit(url)
        host = _LOCALHOST if parts.hostname == "localhost" else parts.hostname or ""
        is_local = ipaddress.ip_address(host).is_loopback
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        is_local = False
    if not is_local or parts.scheme != "http" or parts.username is not None:
        raise UsageFailure(
            f"{url!r} is not the address of a collector on this machine",
            kept="nothing was sent",
            fix="use http://localhost:4318/v1/traces, or write to a file",
        )
    return parts._replace(netloc=f"[{host}]{port}" if ":" in host else f"{host}{port}").geturl()


def headers_in(text: str) -> dict[str, str]:
    """Return headers in the form of OpenTelemetry: `name=value,name=value`, values percent-encoded.

    Raises:
        UsageFailure: A part has another form.
    """
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, separator, value = part.partition("=")
        name, value = name.strip().lower(), unquote(value.strip())
        if not separator or not _HEADER_NAME.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise UsageFailure(
                "OTEL_EXPORTER_OTLP_HEADERS is malformed",
                kept="nothing was sent",
                fix="write name=value,name=value",
            )
        found[name] = value
    return found


def _create(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise UsageFailure(
            f"{path} exists already", kept="it is untouched", fix="give another name, or remove it first"
        ) from None
    except OSError as error:
        raise MachineFailure(
            f"{path} cannot be created ({error.strerror or error})", fix="choose another directory"
        ) from error
