"""Known providers, one file each, and the lookup of a provider by name or address.

Every file of this package with a `PROVIDER` is found by itself. Opens no connection and reads no key.
"""

from __future__ import annotations

import datetime
import difflib
import importlib
import pkgutil
import re
from dataclasses import replace
from urllib.parse import urlsplit

from bus.failures import SettingsFailure
from bus.messages import ProviderCard
from llm.providers.address import normalized
from llm.providers.provider import Provider, is_loopback, leaves_machine
from llm.settings import LlmSettings

__all__ = [
    "CARD_LASTS",
    "KNOWN",
    "LOCAL_SERVERS",
    "MODES",
    "OWN_KEY_VARIABLE",
    "Provider",
    "cards",
    "is_known_host",
    "leaves_machine",
    "named_provider",
    "requested_provider",
    "small_model",
]

MODES = ("auto", "local", "none")
"""Other values of the setting `provider`."""

OWN_KEY_VARIABLE = "CUECARD_API_KEY"
"""Environment variable with the key for an address of the user's own."""


CARD_LASTS = datetime.timedelta(days=365)
"""Age from which the facts of a card count as out of date."""

_LOOKS_LIKE_ADDRESS = re.compile(
    r"""://|^[\s'"]*(
        localhost
        |\d+\.\d+\.\d+\.\d+
        |\[[0-9a-f:.]+\]
        |([\w-]+\.)+[a-z]{2,}  # not "gpt-4.1-mini"
        |[\w.-]+:\d+(?![\w.])  # not "qwen3:8b"
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""A scheme, a host name, an IP address, or a name with a port; but no name of a model."""


def _known() -> dict[str, Provider]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [module.PROVIDER for module in modules if hasattr(module, "PROVIDER")]
    return {provider.name: provider for provider in found}


KNOWN: dict[str, Provider] = _known()
"""Providers by name."""

LOCAL_SERVERS = tuple(
    sorted((known for known in KNOWN.values() if known.search_order), key=lambda known: known.search_order)
)
"""Servers that are searched on this machine, in order of preference."""


def cards() -> dict[str, ProviderCard]:
    """Return the card of each hosted provider, by its name."""
    return {name: known.card for name, known in KNOWN.items() if known.card is not None}


def named_provider(settings: LlmSettings, wanted: str | None = None) -> Provider | None:
    """Return the provider of this name; None for "auto", "local" and "none".

    Args:
        settings: Its `provider` is the default, with `key_variable`.
        wanted: A known name; an address with an API for chat completions; or both, as in
            "anthropic@https://gateway.example.org/v1", for a gateway in front of a known provider.

    Raises:
        SettingsFailure: The name is unknown, or the address is invalid or not allowed.
    """
    name = (settings.provider if wanted is None else wanted).strip()
    if name in MODES:
        return None
    provider = _found(settings, name)
    _check_host(settings, provider)
    if settings.key_variable and name == settings.provider.strip():  # no other provider's key
        provider = replace(provider, key_variables=(settings.key_variable,))
    return provider


def requested_provider(settings: LlmSettings, wanted: str) -> Provider | None:
    """Return the provider that is requested during a session, as `named_provider` does.

    A key of the environment goes only to the known provider that it is for, and to the addresses that the
    settings name: a stage that someone took over could request any other.

    Raises:
        SettingsFailure: The name is unknown, or the address is invalid or not allowed.
    """
    provider = named_provider(settings, wanted)
    from_settings = {settings.provider.strip(), settings.fallback_provider.strip()}
    if provider is None or wanted.strip() in from_settings or is_known_host(provider):
        return provider
    return replace(provider, key_variables=())


def is_known_host(provider: Provider) -> bool:
    """Return whether this is a known provider itself, not a gateway for it."""
    return provider.name in KNOWN and KNOWN[provider.name].host == provider.host


def small_model(address: str) -> Provider:
    """Return the small model's server at this address."""
    return Provider(name="the small model", base_url=address, small=True)


def _found(settings: LlmSettings, name: str) -> Provider:
    known, _, address = name.partition("@")
    if known.lower() in KNOWN:
        provider = KNOWN[known.lower()]
        return _without_stray_key(provider.at(_checked(settings, address))) if address else provider
    if not _LOOKS_LIKE_ADDRESS.search(name):
        raise _unknown(name)
    address = _checked(settings, name)
    return _without_stray_key(Provider(name=address, base_url=address, key_variables=(OWN_KEY_VARIABLE,)))


def _check_host(settings: LlmSettings, provider: Provider) -> None:
    """Refuse a host that `allowed_hosts` does not name."""
    allowed = [host.casefold() for host in settings.allowed_hosts]
    if not allowed or provider.local:
        return
    host = urlsplit(provider.base_url).hostname or ""
    if host.casefold() not in allowed:
        raise SettingsFailure(
            f"{host} may not be asked: `allowed_hosts` in [llm] does not name it",
            kept="nothing was sent",
            fix=f"choose a provider on {' or '.join(settings.allowed_hosts)}, or one on this machine",
        )


def _without_stray_key(provider: Provider) -> Provider:
    """Return the provider without keys that may be meant for another.

    A server without TLS gets a key only from `key_variable`.
    """
    return provider if provider.encrypted else replace(provider, key_variables=())


def _checked(settings: LlmSettings, given: str) -> str:
    """Return the normalized address of an API, if it is valid and allowed."""
    address = normalized(given)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _bad_address(given, str(error)) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise _bad_address(given, "it is not an http or https address")
    if parts.username is not None or parts.query or parts.fragment:
        raise _bad_address(given, "it contains more than host and path; set a key in the environment")
    if parts.scheme == "http" and not is_loopback(address) and not _is_allowed(settings, parts.hostname):
        host = parts.hostname
        raise SettingsFailure(
            f"the provider {host} would be used over plain http, unencrypted: anyone on the network could "
            "read your questions and notes",
            kept="nothing was sent",
            fix=f"use https://{host}/…, or for your own server add --allow-plain-http {host}",
        )
    return address


def _is_allowed(settings: LlmSettings, host: str) -> bool:
    return host.lower() in {allowed.strip().strip("[]").lower() for allowed in settings.allow_plain_http}


def _bad_address(address: str, why: str) -> SettingsFailure:
    host = address.partition("://")[2].rpartition("@")[2].partition("?")[0]
    return SettingsFailure(
        f"the provider {host or 'given'} cannot be used: {why}",
        kept="nothing was sent",
        fix="use https://HOST/v1, or http://127.0.0.1:PORT/v1 for a server on this machine",
    )


def _unknown(name: str) -> SettingsFailure:
    known = [*MODES, *KNOWN]
    nearest = difflib.get_close_matches(name.lower(), known, n=1)
    fix = (
        f"did you mean {nearest[0]!r}?"
        if nearest
        else f"use {', '.join(known)}, or the address of an API: https://HOST/v1"
    )
    return SettingsFailure(f"unknown provider {name!r}", kept="nothing was sent", fix=fix)
