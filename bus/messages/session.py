"""The session as a whole."""

from __future__ import annotations

from typing import Literal

from bus.messages.message import Message


class SessionStarted(Message, frozen=True, kw_only=True):
    """The supervisor set out to run a session."""

    version: str
    sources: list[str]
    """Names of the sources, the other party first ("call", "mic")."""
    answer: Literal["auto", "ask", "off", "feedback"]
    """When questions are answered: at once, on request, never; "feedback" is given on practice answers."""
    started_ns: int
    providers: list[str] = []
    """Who may be asked to answer, by the names that `--provider` takes."""


class ReplayStarted(Message, frozen=True, kw_only=True):
    """Everything is ready: recordings play from here on. Devices do not wait for this."""

    start_ns: int
    """Monotonic time at which sample 0 of every recording is due, so that they keep in step."""


class SessionEnding(Message, frozen=True, kw_only=True):
    """The session is about to close; stages are stopped next."""

    cause: str
    """"the recordings ended", "stopped by the user", …"""


class ConsentGiven(Message, frozen=True, kw_only=True):
    """The user said that the others know; asked once before a live device is opened."""
