"""Where a provider's key comes from: the environment, else the system's key store; never a file.

The key store is asked by a process of its own with a time limit, because some wait for ever to be unlocked,
and because this one need not carry their libraries. Only the llm stage reads keys, and it shows them to
nobody but the provider they belong to.
"""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from collections.abc import Mapping

from bus.failures import ProviderFailure
from llm.providers import Provider

KEY_STORE_TIMEOUT_S = 5.0

NOTHING_STORED, NO_SAFE_STORE, STORE_FAILED = 3, 4, 5
"""How `llm.key_store` ends: there is no key; no store on this machine is safe; one could not be read."""

_WHY = {
    NOTHING_STORED: "neither in the environment nor in the system's key store",
    NO_SAFE_STORE: "not in the environment, and this system has no key store that is safe to use",
}


def find_key(provider: Provider, environment: Mapping[str, str]) -> str | None:
    """Return the provider's key, or None when it needs none and has none.

    Raises:
        ProviderFailure: It needs a key and there is none, or the key is no key.
    """
    for variable in provider.key_variables:
        key = environment.get(variable, "").strip()
        if key:
            return _checked(key, variable)
    if not provider.needs_key:
        return None
    key, why = _from_key_store(provider.name)
    if key:
        return _checked(key, "the system's key store")
    raise ProviderFailure(
        f"there is no key for {provider.name} ({why})",
        kept="the transcript goes on, and your notes are shown",
        todo=f"set {' or '.join(provider.key_variables)} and start again, or use --provider auto",
    )


def small_model_key(run_token: bytes) -> str:
    """Return the key by which the small model's server knows this run's llm stage."""
    return hmac.new(run_token, b"the small model's server", hashlib.sha256).hexdigest()


def _from_key_store(name: str) -> tuple[str, str]:
    """Return the key and an empty text, or an empty key and why there is none."""
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "llm.key_store", name],
            capture_output=True,
            timeout=KEY_STORE_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"the system's key store did not answer within {KEY_STORE_TIMEOUT_S:.0f} s; is it locked?"
    if asked.returncode == 0:
        return asked.stdout.decode(errors="replace").strip(), ""
    return "", _WHY.get(asked.returncode, "not in the environment, and the system's key store failed")


def _checked(key: str, origin: str) -> str:
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ProviderFailure(
            f"the key in {origin} holds characters that no key has",
            kept="nothing was sent",
            todo="set it again, without quotes and spaces",
        )
    return key
