"""The question a live session asks once: do the others know?

The answer (a date, nothing else) is kept in the user's state directory.
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
"""Ready to say or to paste."""

_TEXT = f"""
Cuecard is about to listen to a live device.

In many places everybody in a conversation must know that it is transcribed, and agree. Cuecard is for
practice and for sessions in which the others know. It does not hide: its window is an ordinary window and
shows up when you share your screen. You could say:

    "{SENTENCE}"
"""


def consent_file() -> Path:
    """Return where it is remembered that the question was asked."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "consent"


def ensure(*, given: bool, can_ask: bool) -> None:
    """Make sure that the user said, now or once before, that the others know.

    Args:
        given: The user said so on the command line.
        can_ask: There is a person at a terminal.

    Raises:
        UsageFailure: The user did not say so.
        MachineFailure: The answer cannot be kept.
    """
    file = consent_file()
    if file.exists():
        return
    if not given:
        if not can_ask:
            raise UsageFailure(
                "a live device is only opened when the others know",
                kept="nothing was started",
                fix=f"tell them (“{SENTENCE}”), then add --consent",
            )
        typer.echo(_TEXT, err=True)
        if not typer.confirm("Do the others know, or are you practising alone?", err=True):
            raise UsageFailure("not started", fix="tell the others first, then start again")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{datetime.date.today().isoformat()}\n", encoding="utf-8")
    except OSError as error:
        raise MachineFailure(
            f"your answer cannot be kept in {file} ({error.strerror or error})",
            kept="nothing was started",
            fix="set XDG_STATE_HOME to a directory of yours",
        ) from error
