"""Allowlist of hosts: this machine, and the providers that the user chose.

Contains the provider of the settings, the fallback, the proxies before them, and each provider chosen during
the session. Entries stay for the session, because a replaced connection is used until the new one is open.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from bus.failures import SettingsFailure
from llm.connector.proxies import proxy_for
from llm.providers import named_provider
from llm.settings import LlmSettings

_PORTS = {"http": 80, "https": 443}


class Allowlist:
    """The allowed hosts and ports.

    Args:
        settings: The settings at the start of the session.
        choices: Returns the names of the providers that the user has chosen since, all of them each time.
    """

    def __init__(self, settings: LlmSettings, choices: Callable[[], Sequence[str]] = tuple) -> None:
        self._settings = settings
        self._choices = choices
        self._known_choices = 0
        self._allowed: set[tuple[str, int]] = set()
        for name in (settings.provider, settings.fallback_provider):
            self._add(name)

    def __call__(self, host: str, port: int) -> bool:
        """Return whether a connection to this host and port may be opened."""
        chosen = self._choices()
        for name in chosen[self._known_choices :]:
            self._add(name)
        self._known_choices = len(chosen)
        return is_this_machine(host) or (normalized_host(host), port) in self._allowed

    def _add(self, name: str) -> None:
        try:
            provider = named_provider(self._settings, name) if name else None
            if provider is not None:
                self._allowed.add(_host_and_port(proxy_for(provider, self._settings) or provider.base_url))
        except (SettingsFailure, UnicodeError):  # not a provider; llm reports it
            return


def is_this_machine(host: str) -> bool:
    """Return whether a host name or address is loopback."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def normalized_host(host: str) -> str:
    """Return a host name in the form in which names are compared.

    Raises:
        UnicodeError: It is not a host name.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if host.isascii():
        return host.lower()
    import idna  # as httpx does; its tables are large and rarely needed

    return idna.encode(host.lower()).decode("ascii")


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return normalized_host(parts.hostname or ""), parts.port or _PORTS[parts.scheme]
