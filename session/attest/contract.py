"""The contract of a session: what each process may write, open and connect to. Pure."""

from __future__ import annotations

import fnmatch

from bus.stages import STAGES

(REQUESTER,) = (plan.name for plan in STAGES if plan.rights.receives_sockets)
"""The one process that may send to the network, on connections it receives from the connector."""

(CONNECTOR,) = (plan.name for plan in STAGES if plan.rights.network)
"""The one process that may open connections."""

_MAY_WRITE: dict[str, tuple[str, ...]] = {
    "session": ("*/cuecard-*/run.json",),
    "llm": ("*/cuecard/spending.*",),
}
_LOCAL_FAMILIES = ("AF_UNIX", "AF_LOCAL")
_NETWORK_FAMILIES = ("AF_INET", "AF_INET6", "AF_NETLINK")
"""A name lookup uses the last to find the addresses of this machine."""

_CODE = "*/__pycache__/*.pyc*"
"""Python's bytecode cache."""


def is_code(path: str) -> bool:
    """Return whether this file is in Python's bytecode cache."""
    return fnmatch.fnmatchcase(path, _CODE)


def may_write(process: str, path: str) -> bool:
    """Return whether a process may open this file for writing."""
    allowed = _MAY_WRITE.get(process.partition(":")[0], ())
    return is_code(path) or any(fnmatch.fnmatchcase(path, pattern) for pattern in allowed)


def may_have(process: str, family: str) -> bool:
    """Return whether a process may open a socket of this family."""
    return family in _LOCAL_FAMILIES or (process == CONNECTOR and family in _NETWORK_FAMILIES)


def may_reach(process: str, address: str, provider: str) -> bool:
    """Return whether a process may connect to this address.

    Args:
        process: Name of the process.
        address: As strace prints it.
        provider: Host and port of the provider: "127.0.0.1:40123".
    """
    host, _, port = provider.rpartition(":")
    return process == CONNECTOR and f"htons({port})" in address and f'"{host}"' in address
