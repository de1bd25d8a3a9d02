"""Address of the page with the captions: host, port and a secret path."""

from __future__ import annotations

import ipaddress

from bus.run import Run
from bus.stages.table import PAGE_KEY
from session.view import strings

_SECRET_CHARACTERS = 32
"""128 bits, and the address still fits in a row of a terminal."""


def secret_path(run: Run) -> str:
    """Return the part of the address that only this session's user knows."""
    return run.token(PAGE_KEY).partition(b"=")[2].decode()[:_SECRET_CHARACTERS]


def page_address(run: Run) -> str:
    """Return the address of the page; empty where it is not served."""
    table = run.tables.get("session", {})
    secret, port = secret_path(run), table.get("caption_page", 0)
    if not (port and secret):
        return ""
    return f"http://{host_and_port(table['caption_page_bind'], port)}/{secret}/"


def page_lines(run: Run) -> list[str]:
    """Return what to tell the user of the page; nothing where it is not served."""
    address = page_address(run)
    if not address:
        return []
    lines = [strings.CAPTION_PAGE.format(address=address), strings.CAPTION_PAGE_TRANSPARENT]
    for_others = is_for_others(run.tables["session"]["caption_page_bind"])
    return [*lines, *([strings.CAPTION_PAGE_FOR_OTHERS] if for_others else [])]


def host_and_port(address: str, port: int) -> str:
    """Return an IP address with a port, as it stands in a URL."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def is_for_others(address: str) -> bool:
    """Return whether other machines can reach this IP address."""
    return not ipaddress.ip_address(address).is_loopback
