"""Where a provider's key comes from: typed for this session, the environment, or the system's key store.

Never a file. Only the llm stage reads keys, and it shows them to nobody but the provider they belong to. A
key belongs to one provider, or to one host: it is not offered to another because that one has none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from bus.failures import ProviderFailure
from llm.keys import keychain
from llm.keys.key_input import is_key
from llm.keys.keychain import WHY, Outcome
from llm.keys.session_keys import session_key
from llm.providers import KNOWN, Provider

_KEY_STORE = "the system's key store"


def find_key(provider: Provider, environment: Mapping[str, str]) -> str | None:
    """Return the provider's key, or None when it needs none and has none.

    Raises:
        ProviderFailure: It needs a key and there is none, or the key is no key.
    """
    typed = session_key(key_name(provider), environment)
    if typed:
        return typed
    variable = variable_with_key(provider, environment)
    if variable:
        return _checked(environment[variable].strip(), variable)
    if not may_be_stored(provider):
        return None
    outcome, key = keychain.read(key_name(provider), keychain.KEY_STORE_TIMEOUT_S)
    if key:
        return _checked(key, _KEY_STORE)
    if not provider.needs_key:
        return None
    raise _missing(provider, outcome)


def key_name(provider: Provider) -> str:
    """Return under which name a key is kept: the provider's, or the host of an address of the user's own."""
    return (provider.key_name or provider.name) if _at_home(provider) else provider.host


def variable_with_key(provider: Provider, environment: Mapping[str, str]) -> str:
    """Return the environment variable that has the provider's key, or an empty text."""
    return next((name for name in provider.key_variables if environment.get(name, "").strip()), "")


def may_be_stored(provider: Provider) -> bool:
    """Tell whether the key store is asked for it; for a server on this machine a variable must be named."""
    return provider.needs_key or not (provider.local or provider.small)


def small_model_key(run_token: bytes) -> str:
    """Return the key by which the small model's server knows this run's llm stage."""
    return hmac.new(run_token, b"the small model's server", hashlib.sha256).hexdigest()


def _at_home(provider: Provider) -> bool:
    """Tell whether a known provider is spoken to itself, and not a gateway that stands for it."""
    return provider.name in KNOWN and KNOWN[provider.name].host == provider.host


def _missing(provider: Provider, outcome: Outcome) -> ProviderFailure:
    mend = f"`cuecard keys set {key_name(provider) if _at_home(provider) else provider.base_url}`"
    if outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        mend = "unlock the key store"
    elif outcome is not Outcome.NOTHING_STORED:
        mend = "type it for one session with --ask-key"
    return ProviderFailure(
        f"there is no key for {provider.name} (not in the environment, and {WHY[outcome]})",
        kept="the transcript goes on, and your notes are shown",
        fix=f"{mend}, or set {' or '.join(provider.key_variables)}, and start again; or use --provider auto",
    )


def _checked(key: str, origin: str) -> str:
    if not is_key(key):
        raise ProviderFailure(
            f"the key in {origin} holds characters that no key has",
            kept="nothing was sent",
            fix="set it again, without quotes and spaces",
        )
    return key
