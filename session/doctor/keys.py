"""Where keys are, whether the key store is safe, which proxy is in between, and what is known of prices.

The key store is asked in processes of its own, because it may hang; no key is shown, nor any part of one.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from bus.failures import Failure
from llm.keys import keychain
from llm.keys.keychain import WHY, Outcome
from llm.providers.provider import Provider
from llm.settings import LlmSettings
from llm.usage import prices
from session import settings
from session.doctor.finding import Finding
from session.keys import key_locations, providers_with_keys


def keyring() -> list[Finding]:
    """Tell whether keys can be kept safely, and which are found."""
    outcome, store = keychain.state()
    if outcome is not Outcome.DONE:
        return [_unusable(outcome, store), _found([])]
    stored = keychain.names(list(_known()), keychain.KEY_STORE_TIMEOUT_S)[1]
    return [Finding("keychain", True, f"{store}, open", needed=False), _found(stored)]


def proxy() -> Finding:
    """Tell which proxy a provider elsewhere is reached through, without what is secret in its address."""
    named = getproxies_environment()
    seen = [f"{kind}: {_host(named[kind])}" for kind in ("https", "all") if named.get(kind)]
    if not seen:
        return Finding("proxy", True, "none in the environment", needed=False)
    what = ", ".join(seen)
    if _settings().environment_proxy:
        return Finding("proxy", True, f"{what}; used for hosts elsewhere (environment_proxy)", needed=False)
    fix = "set environment_proxy = true in [llm] where providers cannot be reached without it"
    return Finding("proxy", None, f"{what}; not used", fix, needed=False)


def price_table() -> Finding:
    """Tell how old the prices are, and whether the user's own can be read."""
    own = prices.user_prices()
    try:
        as_of = prices.load().as_of
    except Failure as failure:
        return Finding("prices", None, failure.problem, failure.fix, needed=False)
    what = f"as of {as_of}; " + (f"mended by {own}" if own.exists() else f"{own} would mend them")
    return Finding("prices", True, what, needed=False)


def _unusable(outcome: Outcome, store: str) -> Finding:
    instead = "put the key into an environment variable, or type it at the start: cuecard run --ask-key"
    if outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        what = f"{store}: {WHY[outcome]}" if store else WHY[outcome]
        return Finding("keychain", None, what, f"unlock it, or {instead}", needed=False)
    return Finding("keychain", None, WHY[outcome], instead, needed=False)


def _found(stored: list[str]) -> Finding:
    known = _known()
    kept = {name: key_locations(provider, stored) for name, provider in known.items()}
    kept |= {name: ["key store"] for name in stored if name not in known}
    what = [f"{name} ({', '.join(where)})" for name, where in kept.items() if where]
    fix = "for a provider elsewhere: cuecard keys set PROVIDER"
    return Finding("keys", bool(what) or None, ", ".join(what) or "none found", fix, needed=False)


def _known() -> dict[str, Provider]:
    try:
        return providers_with_keys(_settings())
    except Failure:  # the settings name a provider that there is not
        return providers_with_keys(LlmSettings())


def _settings() -> LlmSettings:
    """Return the user's settings, or the defaults when they cannot be read; a session says what is wrong."""
    try:
        return settings.load(None, {}).llm
    except Failure:
        return LlmSettings()


def _host(address: str) -> str:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
    except ValueError:
        return "an address that is none"
