"""Asks once, before a live session, whether the other party has consented.

The answer, a date and nothing else, is stored in the user's state directory.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import platformdirs
import typer

from bus.failures import MachineFailure, UsageFailure

SENTENCE = (
    "I am using a tool that transcribes our conversation on my computer and helps me with notes; "
    "no audio is stored or sent anywhere. Is that all right with you?"
)
"""A sentence to say or paste."""

_TEXT = f"""
Cuecard is about to capture a live device.

In many places everyone in a conversation must know that it is transcribed, and agree. Cuecard is for
practice and for sessions in which the other party knows. It does not hide: its window is an ordinary window
and is visible when you share your screen. You could say:

    "{SENTENCE}"
"""


def consent_file() -> Path:
    """Return the file that records the consent."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "consent"


def ensure(*, given: bool, can_ask: bool) -> None:
    """Make sure that the user has confirmed, now or earlier, that the other party knows.

    Args:
        given: Whether it was confirmed on the command line.
        can_ask: Whether the user can be prompted on a terminal.

    Raises:
        UsageFailure: It was not confirmed.
        MachineFailure: The answer cannot be stored.
    """
    file = consent_file()
    if file.exists():
        return
    if not given:
        if not can_ask:
            raise UsageFailure(
                "a live device is opened only with the consent of the other party",
                kept="nothing was started",
                fix=f"inform them (“{SENTENCE}”), then add --consent",
            )
        typer.echo(_TEXT, err=True)
        if not typer.confirm("Does the other party know, or are you practising alone?", err=True):
            raise UsageFailure(
                "consent was not confirmed",
                kept="nothing was started",
                fix="inform the other party first, then start again",
            )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{datetime.date.today().isoformat()}\n", encoding="utf-8")
    except OSError as error:
        raise MachineFailure(
            f"your consent cannot be stored in {file} ({error.strerror or error})",
            kept="nothing was started",
            fix="set XDG_STATE_HOME to a directory you can write to",
        ) from error
