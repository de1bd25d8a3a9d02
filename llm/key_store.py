"""Reads one key from the system's key store and prints it: `python -m llm.key_store NAME`.

A process of its own, started by `llm.keys` and ended by it when it takes too long. Only stores that keep
keys encrypted under the user's login are asked, whatever keyring's own settings say: those may name any
class, one that keeps nothing, or one that writes plain text.
"""

from __future__ import annotations

import sys

from llm.keys import NO_SAFE_STORE, NOTHING_STORED, STORE_FAILED

SERVICE = "cuecard"

SAFE_STORES = frozenset(
    {
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
    }
)
"""The classes of key stores that are asked; a chain of several is asked one by one."""


def main() -> int:
    """Print the key and return 0, or return why there is none."""
    import keyring.backend

    stores = [store for store in keyring.backend.get_all_keyring() if _class_name(store) in SAFE_STORES]
    result = NOTHING_STORED if stores else NO_SAFE_STORE
    for store in sorted(stores, key=lambda store: -float(store.priority)):
        try:
            key = store.get_password(SERVICE, sys.argv[1])
        except Exception:  # stores fail in ways of their own: locks, D-Bus, Win32
            result = STORE_FAILED
            continue
        if key:
            print(key)
            return 0
    return result


def _class_name(store: object) -> str:
    return f"{type(store).__module__}.{type(store).__qualname__}"


if __name__ == "__main__":
    sys.exit(main())
