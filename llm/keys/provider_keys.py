"""Finds a provider's key: typed, in the environment, or in the system's key store.

Never in a file. Only the llm stage reads keys, and sends each only to its own provider or host.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

from bus.failures import ProviderFailure
from llm.keys import keychain
from llm.keys.key_input import is_key
from llm.keys.keychain import WHY, Outcome
from llm.keys.session_keys import session_key, with_inherited_keys
from llm.providers import Provider, is_known_host

ReadStored = Callable[[str], tuple[Outcome, str]]
"""Returns the outcome of a lookup by name, and the key."""

_KEY_STORE = "the system's key store"


def find_key(
    provider: Provider, environment: Mapping[str, str], read_stored: ReadStored = keychain.read
) -> str | None:
    """Return the provider's key, or None when it needs none and has none.

    Args:
        provider: The provider.
        environment: The environment, with keys.
        read_stored: Reads a key from the system's key store.

    Raises:
        ProviderFailure: A required key is missing, or the key is malformed.
    """
    environment = with_inherited_keys(environment)
    typed = session_key(key_name(provider), environment)
    if typed:
        return typed
    variable = variable_with_key(provider, environment)
    if variable:
        return _checked(environment[variable].strip(), variable)
    if not may_be_stored(provider):
        return None
    outcome, key = read_stored(key_name(provider))
    if key:
        return _checked(key, _KEY_STORE)
    if not provider.needs_key:
        return None
    raise _missing(provider, outcome)


def key_name(provider: Provider) -> str:
    """Return the name of a key: the provider's, or the host of the user's own address."""
    return (provider.key_name or provider.name) if is_known_host(provider) else provider.host


def variable_with_key(provider: Provider, environment: Mapping[str, str]) -> str:
    """Return the environment variable that has the provider's key; empty when none has."""
    return next((name for name in provider.key_variables if environment.get(name, "").strip()), "")


def may_be_stored(provider: Provider) -> bool:
    """Return whether the key store may have its key; for a local server `key_variable` must name one."""
    return provider.needs_key or not (provider.local or provider.small)


def small_model_key(token: bytes) -> str:
    """Return the key between llm and the small model's server, from the token that they share."""
    return hmac.new(token, b"the small model's server", hashlib.sha256).hexdigest()


def _missing(provider: Provider, outcome: Outcome) -> ProviderFailure:
    fix = f"`cuecard keys set {key_name(provider) if is_known_host(provider) else provider.base_url}`"
    if outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        fix = "unlock the key store"
    elif outcome is not Outcome.NOTHING_STORED:
        fix = "type it for one session with --ask-key"
    variables = " or ".join(provider.key_variables)
    otherwise = f"set {variables}" if variables else "name it with --provider"
    return ProviderFailure(
        f"there is no key for {provider.name} (not in the environment, and {WHY[outcome]})",
        kept="the transcript continues, and your notes are shown",
        fix=f"{fix}, or {otherwise}, and start again; or use --provider auto",
    )


def _checked(key: str, origin: str) -> str:
    if not is_key(key):
        raise ProviderFailure(
            f"the key in {origin} contains invalid characters",
            kept="nothing was sent",
            fix="set it again, without quotes and spaces",
        )
    return key
