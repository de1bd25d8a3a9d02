"""The system's key store, asked through `llm.keys.key_store` in a process of its own with a time limit.

Some stores wait for ever to be unlocked, and some libraries take the process with them: neither may happen
to the one that asks. Only what the user's session needs to reach its key store is in that process's
environment, so no key of another provider is. The key itself passes only where it must: `read` returns one,
`put` has the other process ask for it and never sees it.
"""

from __future__ import annotations

import enum
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

KEY_STORE_TIMEOUT_S = 5.0
"""How long a session waits for the key store."""

UNLOCK_TIMEOUT_S = 45.0
"""How long a command waits, before which a person may have to unlock the store."""


class Outcome(enum.IntEnum):
    """What came of asking; also how the process ends."""

    DONE = 0
    NOTHING_STORED = 3
    NO_SAFE_STORE = 4
    FAILED = 5
    LOCKED = 6
    NOT_KEPT = 7
    NO_KEY = 8
    NO_TERMINAL = 9
    TIMED_OUT = 10


WHY = {
    Outcome.NOTHING_STORED: "the system's key store has none",
    Outcome.NO_SAFE_STORE: "this system has no key store that is safe to use",
    Outcome.FAILED: "the system's key store failed",
    Outcome.LOCKED: "the system's key store is locked",
    Outcome.NOT_KEPT: "the system's key store took the key and did not keep it",
    Outcome.NO_KEY: "what was given is no key: a key is one line of letters, digits and signs without blanks",
    Outcome.NO_TERMINAL: "there is no terminal that can hide what is typed",
    Outcome.TIMED_OUT: "the system's key store did not answer in time; is it locked?",
}
"""What each means, as a clause."""

_NEEDED = frozenset(
    {
        "APPDATA", "DISPLAY", "HOME", "LANG", "LOCALAPPDATA", "LOGNAME", "PATH", "PYTHONPATH", "SYSTEMDRIVE",
        "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "USER", "USERDOMAIN", "USERNAME", "USERPROFILE",
        "WAYLAND_DISPLAY", "WINDIR", "XAUTHORITY",
    }
)  # fmt: skip
_NEEDED_PREFIXES = ("DBUS_", "LC_", "XDG_", "__CF")


def read(name: str, limit_s: float = KEY_STORE_TIMEOUT_S) -> tuple[Outcome, str]:
    """Return what came of looking for a key, and the key."""
    return _ask("get", name, limit_s=limit_s)


def names(known: Sequence[str], limit_s: float = UNLOCK_TIMEOUT_S) -> tuple[Outcome, list[str]]:
    """Return which of these have a key, and every own address that has one."""
    outcome, said = _ask("names", *known, limit_s=limit_s)
    return outcome, said.split()


def state(limit_s: float = KEY_STORE_TIMEOUT_S) -> tuple[Outcome, str]:
    """Return whether there is a safe store and whether it is open, without opening it; and which it is."""
    return _ask("state", limit_s=limit_s)


def delete(name: str, limit_s: float = UNLOCK_TIMEOUT_S) -> Outcome:
    """Delete a key."""
    return _ask("delete", name, limit_s=limit_s)[0]


def put(name: str, limit_s: float = UNLOCK_TIMEOUT_S) -> Outcome:
    """Have a key typed, or read from a pipe on standard input, and keep it.

    Args:
        name: Whose key it is.
        limit_s: How long the store may take once the key is typed; a person may type as slowly as they like.
    """
    with subprocess.Popen(
        _command("set", name), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout
        child.stdout.readline()  # says that the key is typed
        try:
            return _outcome(child.wait(limit_s))
        except subprocess.TimeoutExpired:
            child.kill()
            return Outcome.TIMED_OUT


def environment(inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what of an environment leads to the user's key store; no keys, and no settings of keyring."""
    return {
        name: value
        for name, value in inherited.items()
        if name.upper() in _NEEDED or name.startswith(_NEEDED_PREFIXES)
    }


def _ask(command: str, *names: str, limit_s: float) -> tuple[Outcome, str]:
    try:
        asked = subprocess.run(
            _command(command, *names),
            env=environment(),
            capture_output=True,
            timeout=limit_s,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome.TIMED_OUT, ""
    return _outcome(asked.returncode), asked.stdout.decode(errors="replace").strip()


def _command(*arguments: str) -> list[str]:
    # -P: a file called keyring.py where the user happens to be is not the library.
    return [sys.executable, "-P", "-m", "llm.keys.key_store", *arguments]


def _outcome(code: int) -> Outcome:
    return Outcome(code) if code in set(Outcome) else Outcome.FAILED
