"""Decides which requests to the caption page are answered. Pure.

A request needs the secret path. A page of another site that a browser shows gets nothing even with it: its
name in the Host header (DNS rebinding), its origin or its fetch metadata give it away.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from session.view.page_address import host_and_port


@dataclass(frozen=True)
class Access:
    """Who is answered.

    Args:
        secret: First part of the path.
        bind: IP address that the server listens on.
        port: Its port.
    """

    secret: str
    bind: str
    port: int

    def decide(
        self, method: str, target: str, headers: Mapping[str, str]
    ) -> Literal["page", "events"] | HTTPStatus:
        """Return what to send, or the status of a refusal.

        Args:
            method: "GET".
            target: Path and query.
            headers: Header fields, by name in lower case.
        """
        if method != "GET":
            return HTTPStatus.METHOD_NOT_ALLOWED
        host = headers.get("host", "")
        if not self._is_ours(host):
            return HTTPStatus.MISDIRECTED_REQUEST
        path = target.partition("?")[0]
        _, _, rest = path.partition("/")
        secret, slash, name = rest.partition("/")
        is_right = hmac.compare_digest(secret.encode(), self.secret.encode())
        if not (is_right and slash and name in ("", "events")):
            return HTTPStatus.NOT_FOUND
        if name == "events" and not _from_page(host, headers):
            return HTTPStatus.FORBIDDEN
        return "events" if name else "page"

    def _is_ours(self, host: str) -> bool:
        """Return whether a Host header names the address that is served, not a site's name."""
        names = {"localhost"} if ipaddress.ip_address(self.bind).is_loopback else set()
        return host in {host_and_port(name, self.port) for name in (self.bind, *names)}


def _from_page(host: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request for the events comes from the page itself, or from no browser."""
    same_origin = headers.get("origin") in (None, f"http://{host}")
    return same_origin and headers.get("sec-fetch-site", "none") in ("none", "same-origin")
