"""Normalizes the address of an API as users copy it.

Pure.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

_ENDPOINTS = re.compile(
    r"/(chat/completions|completions|responses|messages|models|embeddings|api/(chat|generate|tags))/*$",
    re.IGNORECASE,
)
_LOCAL_NAMES = (".local", ".lan", ".home.arpa", ".internal")
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses on which a server listens everywhere, and its address on this machine."""


def normalized(given: str) -> str:
    """Return an address without surrounding quotes and spaces, endpoint path and trailing slash.

    Without a scheme, a host on this machine or in a private network gets http, any other https. An invalid
    address is returned unchanged.
    """
    address = given.strip().strip("'\"<>`“”‘’").strip()
    if "://" not in address:
        address = f"{_scheme(address)}://{address}"
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return address
    if parts.scheme.lower() == "http":
        host = _UNSPECIFIED.get(host, host)
    netloc = f"[{host}]" if ":" in host else host
    if parts.username is not None:
        return address
    netloc = f"{netloc}:{port}" if port is not None else netloc
    path = _ENDPOINTS.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme.lower(), netloc, path, parts.query, parts.fragment))


def with_version(address: str) -> str | None:
    """Return an address with the usual version added; None when it has a path."""
    return None if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}/v1"


def _scheme(address: str) -> str:
    host = (urlsplit(f"//{address}").hostname or "").lower()
    try:
        return "https" if ipaddress.ip_address(host).is_global else "http"
    except ValueError:
        return "http" if "." not in host or host.endswith(_LOCAL_NAMES) else "https"
