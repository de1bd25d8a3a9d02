"""What each process of a session may do: the contract that a watched session is held against. Pure."""

from __future__ import annotations

import fnmatch

from bus.stages import STAGES

(SENDS,) = (plan.name for plan in STAGES if plan.rights.receives_sockets)
"""The one process that may send to the network, over connections that it receives."""

(CONNECTS,) = (plan.name for plan in STAGES if plan.rights.network)
"""The one process that may open them."""

_MAY_WRITE: dict[str, tuple[str, ...]] = {
    "session": ("*/cuecard-*/run.json",),
    "llm": ("*/cuecard/spending.*",),
}
_OWN_FAMILIES = ("AF_UNIX", "AF_LOCAL")
_NETWORK_FAMILIES = ("AF_INET", "AF_INET6", "AF_NETLINK")
"""AF_NETLINK is needed by name lookup, which reads the addresses of this machine."""

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
    return family in _OWN_FAMILIES or (process == CONNECTS and family in _NETWORK_FAMILIES)


def may_reach(process: str, address: str, provider: str) -> bool:
    """Tell whether a process may connect to this address.

    Args:
        process: Who.
        address: As strace prints it.
        provider: Host and port that were chosen: "127.0.0.1:40123".
    """
    host, _, port = provider.rpartition(":")
    return process == CONNECTS and f"htons({port})" in address and f'"{host}"' in address
