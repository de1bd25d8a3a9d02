"""Checks keys, the key store, proxies and the price table.

The key store is queried in child processes, because it may hang. No part of a key is shown.
"""

from __future__ import annotations

import datetime
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from bus.failures import Failure
from bus.messages import ProviderCard
from llm.keys import keychain
from llm.keys.keychain import WHY, Outcome
from llm.providers import CARD_LASTS, cards
from llm.providers.provider import Provider
from llm.settings import LlmSettings
from llm.usage import prices
from session import settings
from session.doctor.finding import Finding
from session.keys import key_locations, providers_with_keys


def keyring() -> list[Finding]:
    """Check whether keys can be stored safely, and which are found."""
    outcome, store = keychain.state()
    if outcome is not Outcome.DONE:
        return [_unusable(outcome, store), _found([])]
    stored = keychain.names(list(_known()), keychain.KEY_STORE_TIMEOUT_S)[1]
    return [Finding("keychain", True, f"{store}, open", needed=False), _found(stored)]


def provider_terms() -> list[Finding]:
    """Say what the hosted providers of the settings do with requests; nothing if there are none."""
    configured = _settings()
    names = {configured.provider.strip(), configured.fallback_provider.strip()}
    return [_terms(name, card) for name, card in cards().items() if name in names]


def _terms(name: str, card: ProviderCard) -> Finding:
    is_old = datetime.date.today() - card.checked > CARD_LASTS
    detail = f"keeps {card.keeps}; trains: {card.trains}; checked {card.checked}"
    read = f"what {name} says may have changed since: read {card.link}"
    return Finding(name, None if is_old else True, detail, read if is_old else "", needed=False)


def proxy() -> Finding:
    """Report the proxy to remote providers, without the password in its address."""
    named = getproxies_environment()
    hosts = [f"{kind}: {_host(named[kind])}" for kind in ("https", "all") if named.get(kind)]
    if not hosts:
        return Finding("proxy", True, "none in the environment", needed=False)
    detail = ", ".join(hosts)
    if _settings().environment_proxy:
        return Finding("proxy", True, f"{detail}; used for remote hosts (environment_proxy)", needed=False)
    fix = "set environment_proxy = true in [llm] if providers cannot be reached without it"
    return Finding("proxy", None, f"{detail}; not used", fix, needed=False)


def price_table() -> Finding:
    """Report the date of the prices, and whether the user's own can be read."""
    own = prices.user_prices()
    try:
        as_of = prices.load().as_of
    except Failure as failure:
        return Finding("prices", None, failure.problem, failure.fix, needed=False)
    override = f"overridden by {own}" if own.exists() else f"override them in {own}"
    return Finding("prices", True, f"as of {as_of}; {override}", needed=False)


def _unusable(outcome: Outcome, store: str) -> Finding:
    instead = "put the key into an environment variable, or type it at the start: cuecard run --ask-key"
    if outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        detail = f"{store}: {WHY[outcome]}" if store else WHY[outcome]
        return Finding("keychain", None, detail, f"unlock it, or {instead}", needed=False)
    return Finding("keychain", None, WHY[outcome], instead, needed=False)


def _found(stored: list[str]) -> Finding:
    known = _known()
    locations = {name: key_locations(provider, stored) for name, provider in known.items()}
    locations |= {name: ["key store"] for name in stored if name not in known}
    found = [f"{name} ({', '.join(where)})" for name, where in locations.items() if where]
    fix = "for a remote provider: cuecard keys set PROVIDER"
    return Finding("keys", bool(found) or None, ", ".join(found) or "none found", fix, needed=False)


def _known() -> dict[str, Provider]:
    try:
        return providers_with_keys(_settings())
    except Failure:  # the settings name an unknown provider
        return providers_with_keys(LlmSettings())


def _settings() -> LlmSettings:
    """Return the user's settings, or the defaults if they cannot be read; a session reports the error."""
    try:
        return settings.load(None, {}).llm
    except Failure:
        return LlmSettings()


def _host(address: str) -> str:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
    except ValueError:
        return "an invalid address"
