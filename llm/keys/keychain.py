"""Client of the system's key store, which runs as `llm.keys.key_store` with a time limit.

Some stores wait forever to be unlocked, and some libraries crash the process. The child's environment
contains only what reaches the key store, no other key. `put` never sees the key, since the child reads it.
"""

from __future__ import annotations

import enum
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

KEY_STORE_TIMEOUT_S = 5.0
"""Limit for a session."""

UNLOCK_TIMEOUT_S = 45.0
"""Limit for a command, during which the user may have to unlock the store."""


class Outcome(enum.IntEnum):
    """Result of a command; the exit code of the child."""

    DONE = 0
    NOTHING_STORED = 3
    NO_SAFE_STORE = 4
    FAILED = 5
    LOCKED = 6
    NOT_STORED = 7
    NO_KEY = 8
    NO_TERMINAL = 9
    TIMED_OUT = 10


WHY = {
    Outcome.NOTHING_STORED: "the system's key store has none",
    Outcome.NO_SAFE_STORE: "this system has no key store that is safe to use",
    Outcome.FAILED: "the system's key store failed",
    Outcome.LOCKED: "the system's key store is locked",
    Outcome.NOT_STORED: "the system's key store accepted the key but did not store it",
    Outcome.NO_KEY: "the input is not a key: a key is one line of ASCII characters without spaces",
    Outcome.NO_TERMINAL: "there is no terminal for typing a key without echo",
    Outcome.TIMED_OUT: "the system's key store did not answer in time; is it locked?",
}
"""Each outcome in words, as a clause."""

_NEEDED = frozenset(
    {
        "APPDATA", "DISPLAY", "HOME", "LANG", "LOCALAPPDATA", "LOGNAME", "PATH", "PYTHONPATH", "SYSTEMDRIVE",
        "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "USER", "USERDOMAIN", "USERNAME", "USERPROFILE",
        "WAYLAND_DISPLAY", "WINDIR", "XAUTHORITY",
    }
)  # fmt: skip
_NEEDED_PREFIXES = ("DBUS_", "LC_", "XDG_", "__CF")


def read(name: str, limit_s: float = KEY_STORE_TIMEOUT_S) -> tuple[Outcome, str]:
    """Return the outcome of a lookup, and the key."""
    return _run("get", name, limit_s=limit_s)


def names(known: Sequence[str], limit_s: float = UNLOCK_TIMEOUT_S) -> tuple[Outcome, list[str]]:
    """Return which of these names, and which of the user's own addresses, have a key."""
    outcome, output = _run("names", *known, limit_s=limit_s)
    return outcome, output.split()


def state(limit_s: float = KEY_STORE_TIMEOUT_S) -> tuple[Outcome, str]:
    """Return whether there is a safe, unlocked store, and its name; does not unlock it."""
    return _run("state", limit_s=limit_s)


def delete(name: str, limit_s: float = UNLOCK_TIMEOUT_S) -> Outcome:
    """Delete a key."""
    return _run("delete", name, limit_s=limit_s)[0]


def put(name: str, limit_s: float = UNLOCK_TIMEOUT_S, *, pipe: IO[bytes] | None = None) -> Outcome:
    """Let the child read a key from the terminal or standard input, and store it.

    Args:
        name: The provider's key name.
        pipe: Where it reads the key instead, such as another child's output.
        limit_s: Limit for the store, from when the key is typed.
    """
    with subprocess.Popen(
        _command("set", name),
        env=environment(),
        stdin=pipe,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdout
        child.stdout.readline()  # printed once the key is typed
        try:
            return _outcome(child.wait(limit_s))
        except subprocess.TimeoutExpired:
            child.kill()
            return Outcome.TIMED_OUT


def environment(inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that reach the user's key store: no keys, and no settings of keyring."""
    return {
        name: value
        for name, value in inherited.items()
        if name.upper() in _NEEDED or name.startswith(_NEEDED_PREFIXES)
    }


def _run(command: str, *names: str, limit_s: float) -> tuple[Outcome, str]:
    try:
        done = subprocess.run(
            _command(command, *names),
            env=environment(),
            capture_output=True,
            timeout=limit_s,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome.TIMED_OUT, ""
    return _outcome(done.returncode), done.stdout.decode(errors="replace").strip()


def _command(*arguments: str) -> list[str]:
    # -P: a file keyring.py in the current directory must not shadow the library.
    return [sys.executable, "-P", "-m", "llm.keys.key_store", *arguments]


def _outcome(code: int) -> Outcome:
    return Outcome(code) if code in set(Outcome) else Outcome.FAILED
