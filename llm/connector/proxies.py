"""Chooses the proxy for a provider: none, unless the settings allow the environment's.

A proxy sees the host and the amount of data, not the content, because TLS ends at the provider. Only its host
and port are shown, never a password in its address.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bus.failures import SettingsFailure
from llm.providers.provider import Provider, host_and_port
from llm.settings import LlmSettings


def proxy_for(provider: Provider, settings: LlmSettings) -> str:
    """Return the address of the proxy for a provider; empty when there is none.

    Raises:
        SettingsFailure: The environment names one that cannot be used.
    """
    if provider.local or not settings.environment_proxy:
        return ""
    import urllib.request  # large, and most sessions do not need it

    named = urllib.request.getproxies_environment()
    if urllib.request.proxy_bypass_environment(provider.host, named):  # type: ignore[attr-defined]
        return ""
    address = named.get("https") or named.get("all") or ""
    return _checked(address if "://" in address or not address else f"http://{address}")


def proxy_shown(provider: Provider, settings: LlmSettings) -> str:
    """Return host and port of the proxy for a provider; empty when there is none.

    Raises:
        SettingsFailure: The environment names one that cannot be used.
    """
    address = proxy_for(provider, settings)
    return host_and_port(address) if address else ""


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = not address or (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
    except ValueError:
        usable = False
    if not usable:
        raise SettingsFailure(
            "the proxy of the environment cannot be used: it is not an http address",
            kept="nothing was sent",
            fix="set HTTPS_PROXY to http://HOST:PORT, or environment_proxy = false in [llm]",
        )
    return address
