"""Accesses the system's key store: `python -m llm.keys.key_store get|set|delete|names|state [NAME …]`.

Runs in a process of its own, started and limited in time by `llm.keys.keychain`, and exits with an `Outcome`.
Only stores that encrypt keys under the user's login are used, each by its class; keyring's settings and
plug-ins, which may name an unsafe store, are not loaded. Prints no error, since it may quote a key.
"""

from __future__ import annotations

import contextlib
import importlib
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from bus.process.private_memory import forbid_memory_access
from llm.keys.key_input import is_key, read_key
from llm.keys.keychain import UNLOCK_TIMEOUT_S, Outcome

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "cuecard"

SAFE_STORES = {
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
    "linux": (
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
    ),
}
"""Classes of the key stores to use, by platform."""

_ADDRESSES = "(addresses)"
"""Entry that lists the hosts with a key, because stores cannot list their entries."""


def main() -> int:
    """Execute the command in the arguments and return an `Outcome`."""
    command, *names = sys.argv[1:]
    forbid_memory_access()
    key = ""
    if command == "set":
        key, outcome = _read_key(names[0])
        if outcome is not Outcome.DONE:
            return outcome
    _set_alarm()
    try:
        stores = safe_stores()
        if not stores:
            return Outcome.NO_SAFE_STORE
        if command == "set":
            return _set(stores[0], names[0], key)
        commands: dict[str, Callable[..., Outcome]] = {
            "get": _get, "delete": _delete, "names": _names, "state": _state,
        }  # fmt: skip
        return commands[command](stores, *names)
    except Exception as error:  # stores raise many kinds of errors: locks, D-Bus, Win32
        return _outcome(error)


def safe_stores() -> list[KeyringBackend]:
    """Return the safe stores that work here, the preferred one first."""
    stores: list[KeyringBackend] = []
    for path in SAFE_STORES.get(sys.platform, ()):
        module, _, name = path.rpartition(".")
        with contextlib.suppress(Exception):  # its library or its service is missing
            kind = getattr(importlib.import_module(module), name)
            if kind.priority > 0:
                stores.append(kind())
    return sorted(stores, key=lambda store: -float(store.priority))


def _get(stores: list[KeyringBackend], name: str) -> Outcome:
    """Print the key; after a store that fails, the next is tried."""
    outcome = Outcome.NOTHING_STORED
    for store in stores:
        try:
            key = store.get_password(SERVICE, name)
        except Exception as error:
            outcome = _outcome(error)
            continue
        if key:
            print(key)
            return Outcome.DONE
    return outcome


def _set(store: KeyringBackend, name: str, key: str) -> Outcome:
    store.set_password(SERVICE, name, key)
    if store.get_password(SERVICE, name) != key:
        return Outcome.NOT_STORED
    if ":" in name:
        _list_addresses(store, {*_addresses(store), name})
    return Outcome.DONE


def _delete(stores: list[KeyringBackend], name: str) -> Outcome:
    """Delete the key from every store, so that no older one reappears."""
    outcome = Outcome.NOTHING_STORED
    for store in stores:
        while store.get_password(SERVICE, name):
            store.delete_password(SERVICE, name)
            outcome = Outcome.DONE
        if name in (addresses := _addresses(store)):
            _list_addresses(store, addresses - {name})
    return outcome


def _names(stores: list[KeyringBackend], *known: str) -> Outcome:
    """Print the names that have a key."""
    for store in stores:
        for name in (*known, *sorted(_addresses(store))):
            if store.get_password(SERVICE, name):
                print(name)
    return Outcome.DONE


def _state(stores: list[KeyringBackend]) -> Outcome:
    """Print the preferred store, and return whether it is unlocked."""
    store = type(stores[0])
    print(store.__module__.rpartition(".")[2])
    if store.__module__ == "keyring.backends.SecretService" and _secret_service_is_locked():
        return Outcome.LOCKED
    return Outcome.DONE


def _secret_service_is_locked() -> bool:
    """Return whether reading a key would make the system ask for a password; does not trigger that."""
    import secretstorage

    with contextlib.closing(secretstorage.dbus_init()) as bus:
        try:
            return secretstorage.get_collection_by_alias(bus, "default").is_locked()
        except secretstorage.ItemNotFoundException:
            return False  # created with the first key


def _addresses(store: KeyringBackend) -> set[str]:
    return set((store.get_password(SERVICE, _ADDRESSES) or "").split())


def _list_addresses(store: KeyringBackend, addresses: set[str]) -> None:
    if addresses:
        store.set_password(SERVICE, _ADDRESSES, " ".join(sorted(addresses)))
    else:
        store.delete_password(SERVICE, _ADDRESSES)


def _read_key(name: str) -> tuple[str, Outcome]:
    """Return the key from the user; prints "typed" so that the parent starts its time limit."""
    try:
        key = read_key(name)
    except OSError:
        return "", Outcome.NO_TERMINAL
    print("typed", flush=True)
    return key, Outcome.DONE if is_key(key) else Outcome.NO_KEY


def _set_alarm() -> None:
    """End this process by a kernel alarm if its parent has ended; a store may wait forever."""
    if sys.platform != "win32":
        signal.alarm(int(UNLOCK_TIMEOUT_S) + 5)


def _outcome(error: Exception) -> Outcome:
    from keyring.errors import InitError, KeyringLocked

    return Outcome.LOCKED if isinstance(error, KeyringLocked | InitError) else Outcome.FAILED


if __name__ == "__main__":
    sys.exit(main())
