"""The providers we know, one file each, and what a name on the command line means.

Pure: opens no connection and reads no key. A file of this package that holds a `PROVIDER` is one; to add a
provider is to add a file.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from dataclasses import replace
from urllib.parse import urlsplit

from bus.failures import SettingsFailure
from llm.providers.address import normalized
from llm.providers.provider import Provider, is_loopback, leaves_machine
from llm.settings import LlmSettings

__all__ = [
    "KNOWN",
    "ON_THIS_MACHINE",
    "OWN_KEY_VARIABLE",
    "WORDS",
    "Provider",
    "leaves_machine",
    "named_provider",
    "small_model",
]

WORDS = ("auto", "local", "none")
"""What else `provider` may say."""

OWN_KEY_VARIABLE = "CUECARD_API_KEY"
"""Holds the key for an address that is none of the known providers."""


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
"""A scheme, a host's name, an IP address, or a name with a port. Names of models are none of these."""


def _known() -> dict[str, Provider]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [module.PROVIDER for module in modules if hasattr(module, "PROVIDER")]
    return {provider.name: provider for provider in found}


KNOWN: dict[str, Provider] = _known()
"""Providers by the name a user gives."""

ON_THIS_MACHINE = tuple(
    sorted((known for known in KNOWN.values() if known.search_place), key=lambda known: known.search_place)
)
"""Servers that are looked for, in the order of preference."""


def named_provider(settings: LlmSettings, wanted: str | None = None) -> Provider | None:
    """Return the provider of this name; None for "auto", "local" and "none".

    Args:
        settings: Name the provider that is meant when none is wanted, and where its key is.
        wanted: A known name; an address, for a server that speaks chat completions; or both as
            "anthropic@https://gateway.example.org/v1", for a gateway in front of a known one.

    Raises:
        SettingsFailure: The name is unknown, or the address is none we may send to.
    """
    name = (settings.provider if wanted is None else wanted).strip()
    if name in WORDS:
        return None
    provider = _found(settings, name)
    if settings.key_variable and name == settings.provider.strip():  # no other provider's key
        provider = replace(provider, key_variables=(settings.key_variable,))
    return provider


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


def _without_stray_key(provider: Provider) -> Provider:
    """Return the provider without keys that may be meant for another.

    For a server behind plain http, on this machine or not, only `key_variable` names a key.
    """
    return provider if provider.encrypted else replace(provider, key_variables=())


def _checked(settings: LlmSettings, given: str) -> str:
    """Return the address of an API in the form in which it is asked, if it may be."""
    address = normalized(given)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _bad_address(given, str(error)) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise _bad_address(given, "it is not an http or https address")
    if parts.username is not None or parts.query or parts.fragment:
        raise _bad_address(given, "it holds more than a host and a path; a key belongs into the environment")
    if parts.scheme == "http" and not is_loopback(address) and not _is_allowed(settings, parts.hostname):
        host = parts.hostname
        raise SettingsFailure(
            f"the provider {host} would be asked over plain http: anybody on the network in between can read "
            "your questions and the notes that fit",
            kept="nothing was sent",
            fix=f"give https://{host}/…, or for a server of your own add --allow-plain-http {host}",
        )
    return address


def _is_allowed(settings: LlmSettings, host: str) -> bool:
    return host.lower() in {allowed.strip().strip("[]").lower() for allowed in settings.allow_plain_http}


def _bad_address(address: str, why: str) -> SettingsFailure:
    host = address.partition("://")[2].rpartition("@")[2].partition("?")[0]
    return SettingsFailure(
        f"the provider {host or 'given'} cannot be used: {why}",
        kept="nothing was sent",
        fix="give https://HOST/v1, or http://127.0.0.1:PORT/v1 for a server on this machine",
    )


def _unknown(name: str) -> SettingsFailure:
    known = [*WORDS, *KNOWN]
    nearest = difflib.get_close_matches(name.lower(), known, n=1)
    fix = (
        f"did you mean {nearest[0]!r}?"
        if nearest
        else f"known are {', '.join(known)}, or the address of an API: https://HOST/v1"
    )
    return SettingsFailure(f"there is no provider {name!r}", kept="nothing was sent", fix=fix)
