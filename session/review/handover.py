"""Messages between the supervisor and the page after a session, over two inherited pipes. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from bus.failures import Rejected
from session.transcript.saved_session import SavedSession

DESCRIPTORS_VARIABLE = "CUECARD_REVIEW"
"""Numbers of the pipe with the handover, and of the pipe for reports."""

Mode = Literal["window", "terminal", "file"]
"""The page of a session that has ended, the same question on the terminal, the page of a saved file."""

ALLOW_UNSANDBOXED = "--allow-unsandboxed"


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page shows."""

    session: SavedSession
    receipt: list[str] = []
    """What was wiped, in sentences."""
    saved_to: list[str] = []
    """The files that it was saved to already."""
    store: str = ""
    """Folder of the store; empty if it cannot be offered."""
    expire: str = ""
    """How long the settings keep a session in the store."""
    encrypts: bool = False
    """Whether it may be saved encrypted only."""
    theme: Literal["system", "dark", "light", "contrast"] = "system"
    font_px: int = 15


class FileSaved(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The user saved the session."""

    path: str


class Chosen(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The user has chosen what to keep, and the page holds the session no more."""


Report = FileSaved | Chosen


def encode_handover(handover: Handover) -> bytes:
    """Return the bytes for the pipe."""
    return msgspec.json.encode(handover)


def decode_handover(body: bytes) -> Handover:
    """Return the handover from the pipe.

    Raises:
        Rejected: The bytes are not a valid one.
    """
    try:
        return msgspec.json.decode(body, type=Handover)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Rejected(f"the session cannot be decoded ({type(error).__name__})") from error


def encode_report(report: Report) -> bytes:
    """Return one line for the pipe."""
    return msgspec.json.encode(report) + b"\n"


def decode_reports(body: bytes) -> list[Report]:
    """Return the reports of whole lines; a damaged line ends them."""
    found: list[Report] = []
    for line in body.splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Report))
        except (msgspec.DecodeError, UnicodeError):
            break
    return found
