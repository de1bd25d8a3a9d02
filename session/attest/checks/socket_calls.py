"""Rules for calls on sockets. Pure."""

from __future__ import annotations

from session.attest.checks.act import Act
from session.attest.checks.contract import CONNECTOR, REQUESTER
from session.attest.checks.facts import unix_path
from session.attest.tracing.call import readable

_NETWORK = ("AF_INET", "AF_INET6", "AF_NETLINK")
_OPTIONS = {"SOL_TCP, TCP_NODELAY, [1], 4"}


def opens_socket(act: Act) -> bool:
    """Return whether a socket may be opened: a Unix one, or the connector's for TCP and name lookup."""
    family, kind = act.call.part(0), act.call.part(1)
    if family == "AF_UNIX":
        return act.call.part(2) == "0"
    tcp = family == "AF_NETLINK" or kind.startswith("SOCK_STREAM")
    return act.kind == CONNECTOR and family in _NETWORK and tcp


def opens_pair(act: Act) -> bool:
    """Return whether a pair of sockets may be opened."""
    return act.call.part(0) == "AF_UNIX"


def connects(act: Act) -> bool:
    """Return whether a socket may be connected: to one that the run serves, or to the provider."""
    path = unix_path(act.call)
    if path:
        allowed = act.facts.contract.may_connect(act.kind, path)
        return allowed and (act.call.failed or act.facts.is_served(path))
    host, _, port = act.facts.provider.rpartition(":")
    address = readable(act.call.part(1))
    return act.kind == CONNECTOR and f"htons({port})" in address and f'inet_addr("{host}")' in address


def binds(act: Act) -> bool:
    """Return whether a socket may get this address."""
    return act.facts.contract.may_listen(act.kind, unix_path(act.call))


def uses_own(act: Act) -> bool:
    """Return whether a socket belongs to the session."""
    return act.facts.is_own(act.call.target())


def sets_option(act: Act) -> bool:
    """Return whether a socket's option may be set so."""
    return act.kind in (CONNECTOR, REQUESTER) and ", ".join(act.call.parts[1:]) in _OPTIONS
