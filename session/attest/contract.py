"""What each process of a session may do: the contract that a watched session is held against. Pure."""

from __future__ import annotations

import fnmatch

ASKS = "llm"
"""The one process that may say something to the network, on connections that it is handed."""

DIALS = "connector"
"""The one process that may open them."""

_MAY_WRITE: dict[str, tuple[str, ...]] = {
    "session": ("*/cuecard-*/run.json",),
    "llm": ("*/cuecard/spending.*",),
}
_OWN_FAMILIES = ("AF_UNIX", "AF_LOCAL")
_DIALLING_FAMILIES = ("AF_INET", "AF_INET6", "AF_NETLINK")
"""The last tells whoever looks up a host's name which addresses this machine has."""

_CODE = "*/__pycache__/*.pyc*"
"""Python's own compiled programs, where it may keep them."""


def is_code(path: str) -> bool:
    """Tell whether this is one of Python's compiled programs."""
    return fnmatch.fnmatchcase(path, _CODE)


def may_write(process: str, path: str) -> bool:
    """Tell whether a process may open this file for writing."""
    allowed = _MAY_WRITE.get(process.partition(":")[0], ())
    return is_code(path) or any(fnmatch.fnmatchcase(path, pattern) for pattern in allowed)


def may_have(process: str, family: str) -> bool:
    """Tell whether a process may open a socket of this family."""
    return family in _OWN_FAMILIES or (process == DIALS and family in _DIALLING_FAMILIES)


def may_reach(process: str, address: str, provider: str) -> bool:
    """Tell whether a process may connect to this address.

    Args:
        process: Who.
        address: As strace prints it.
        provider: Host and port that were chosen: "127.0.0.1:40123".
    """
    host, _, port = provider.rpartition(":")
    return process == DIALS and f"htons({port})" in address and f'"{host}"' in address
