"""Finds the keys of providers, and prompts for keys for one session."""

from __future__ import annotations

import ctypes
import os

from bus.failures import UsageFailure
from llm.keys import keychain
from llm.keys.keychain import Outcome
from llm.keys.provider_keys import key_name, variable_with_key
from llm.keys.session_keys import KeyPipe
from llm.providers import KNOWN, OWN_KEY_VARIABLE, Provider, named_provider
from llm.settings import LlmSettings


def key_locations(provider: Provider, stored: list[str]) -> list[str]:
    """Return where a provider's key is, the location that takes precedence first."""
    variable = variable_with_key(provider, os.environ)
    return ([variable] if variable else []) + (["key store"] if key_name(provider) in stored else [])


def providers_with_keys(settings: LlmSettings) -> dict[str, Provider]:
    """Return the known providers that need a key, and the configured one, by the name of the key."""
    names = [name for name, provider in KNOWN.items() if provider.needs_key]
    named = [named_provider(settings, name) for name in (settings.provider, *names)]
    found = {key_name(provider): provider for provider in reversed(named) if provider is not None}
    return dict(sorted((name, provider) for name, provider in found.items() if provider.key_variables))


def read_typed_keys(settings: LlmSettings) -> KeyPipe:
    """Prompt for the keys of this session's providers; they last as long as the session.

    Raises:
        Failure: No provider is named, or no key was typed.
    """
    wanted = [name for name in (settings.provider, settings.fallback_provider) if name]
    named = [provider for name in wanted if (provider := named_provider(settings, name)) is not None]
    return KeyPipe(
        [key_name(provider) for provider in named or [require_provider(settings, settings.provider)]]
    )


def without_key(settings: LlmSettings) -> Provider | None:
    """Return the provider of the settings if it needs a key and has none; None while the store is locked."""
    provider = named_provider(settings)
    if provider is None or not provider.needs_key or variable_with_key(provider, os.environ):
        return None
    outcome = keychain.state()[0]
    if outcome is Outcome.DONE:
        outcome, names = keychain.names([key_name(provider)], keychain.KEY_STORE_TIMEOUT_S)
        return provider if outcome is Outcome.DONE and key_name(provider) not in names else None
    return provider if outcome is Outcome.NO_SAFE_STORE else None


def take_keys(settings: LlmSettings) -> dict[str, str]:
    """Return the keys in this process's environment by their variable, and remove them from it.

    The memory in which they were passed is overwritten; copies that Python made cannot be.
    """
    named = [provider.key_variables for provider in providers_with_keys(settings).values()]
    variables = {OWN_KEY_VARIABLE, settings.key_variable, *(name for names in named for name in names)}
    return {name: _taken(name) for name in sorted(variables & os.environ.keys())}


def _taken(name: str) -> str:
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    address = libc.getenv(name.encode())
    value = os.environ[name]
    if address:
        ctypes.memset(address, 0, len(os.fsencode(value)))
    del os.environ[name]
    return value


def require_provider(settings: LlmSettings, wanted: str) -> Provider:
    """Return the provider with this name or address.

    Raises:
        UsageFailure: There is none.
    """
    provider = named_provider(settings, wanted)
    if provider is None:
        raise UsageFailure(
            f"{wanted!r} is not one provider",
            kept="nothing was changed",
            fix=f"name one of {', '.join(KNOWN)}, or the address of an API",
        )
    return provider
