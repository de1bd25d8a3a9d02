"""Which hosts may be connected to: what the user named, and this machine. Pure but for the environment.

Named are the settings' provider and the one to fall back on, or the proxies before them, and whom the user
chose since. Whoever was named stays allowed for the session: the line to the one before is used until the new
one is warm, and an answer under way is not cut off.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from bus.failures import SettingsFailure
from bus.messages import Event, ProviderRequested
from llm.connector.proxies import proxy_for
from llm.providers import named_provider
from llm.settings import LlmSettings

_PORTS = {"http": 80, "https": 443}


class Allowlist:
    """The hosts and ports of those whom the user chose.

    Args:
        settings: Whom a session begins with, and whether the environment's proxy is used.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._places: set[tuple[str, int]] = set()
        for name in (settings.provider, settings.fallback_provider):
            self._allow(name)

    def apply(self, event: Event) -> None:
        """Take in one event: a choice of the user's counts from then on."""
        if isinstance(event, ProviderRequested):
            self._allow(event.provider)

    def __call__(self, host: str, port: int) -> bool:
        """Tell whether a connection to this host and port may be opened."""
        return is_this_machine(host) or (comparable(host), port) in self._places

    def _allow(self, name: str) -> None:
        try:
            provider = named_provider(self._settings, name) if name else None
            if provider is not None:
                self._places.add(_place(proxy_for(provider, self._settings) or provider.base_url))
        except (SettingsFailure, UnicodeError):  # nobody is asked by that name, and llm says why
            return


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine's loopback by its name."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def comparable(host: str) -> str:
    """Return a host's name in the one form in which it is compared.

    Raises:
        UnicodeError: It is no name of a host.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if host.isascii():
        return host.lower()
    import idna  # as httpx does; its tables are large, and most names do without

    return idna.encode(host.lower()).decode("ascii")


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return comparable(parts.hostname or ""), parts.port or _PORTS[parts.scheme]
