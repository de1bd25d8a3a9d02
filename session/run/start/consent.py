"""Asks before each live session whether the other party has consented.

The date of the first answer, and nothing else, is stored in the user's state directory.
"""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Literal

import platformdirs
import typer

from bus.environment import DISPLAYS, inherited
from bus.failures import MachineFailure, UsageFailure
from overlay.translation import _

SENTENCE = _(
    "I am using a tool that transcribes our conversation on my computer and helps me with notes; "
    "no audio is stored or sent anywhere. Is that all right with you?"
)
"""A sentence to say or paste."""

SENTENCE_WITH_PROVIDER = _(
    "I am using a tool that transcribes our conversation on my computer and helps me with notes. "
    "No audio is stored or sent anywhere, but the text of some questions goes to an AI service, {provider}. "
    "Is that all right with you?"
)
"""The same where questions leave the machine."""

_TEXT = (
    "Cuecard is about to capture a live device.",
    "In many places everyone in a conversation must know that it is transcribed, and agree. Cuecard is for "
    "practice and for sessions in which the other party knows. It does not hide: its window is an ordinary "
    "window and is visible when you share your screen. You could say:",
)
_QUESTION = "Does the other party know, or are you practising alone?"
_WIDEST = 100
_WINDOW = "session.setup.consent_question"
"""The module that asks in a window."""

Way = Literal["terminal", "window", ""]
"""Where the user can be asked; nowhere if it is empty."""


def sentence(provider: str) -> str:
    """Return the sentence to say.

    Args:
        provider: The host to which questions go; empty if they stay on this machine.
    """
    return SENTENCE_WITH_PROVIDER.format(provider=provider) if provider else SENTENCE


def consent_file() -> Path:
    """Return the file that records the consent."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "consent"


def ensure(*, given: bool, way: Way, provider: str = "") -> None:
    """Make sure that the user confirmed for this session that the other party knows.

    Where the user cannot be asked, an earlier confirmation counts.

    Args:
        given: Whether it was confirmed on the command line.
        way: Where to ask.
        provider: The host to which questions go; empty if they stay on this machine.

    Raises:
        UsageFailure: It was not confirmed.
        MachineFailure: The answer cannot be stored.
    """
    file = consent_file()
    if not given and not (way or file.exists()):
        raise UsageFailure(
            "a live device is opened only with the consent of the other party",
            kept="nothing was started",
            fix=f"inform them (“{sentence(provider)}”), then add --consent",
        )
    if not given and way and not _ask(way, provider, is_first=not file.exists()):
        raise UsageFailure(
            "consent was not confirmed",
            kept="nothing was started",
            fix="inform the other party first, then start again",
        )
    if not file.exists():
        _store(file)


def _ask(way: Way, provider: str, *, is_first: bool) -> bool:
    """Return whether the user confirms; the first time with an explanation."""
    if way == "window":
        command = [sys.executable, "-P", "-m", _WINDOW, *([provider] if provider else [])]
        return subprocess.run(command, env=inherited(os.environ, DISPLAYS), check=False).returncode == 0
    if is_first:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        paragraphs = [textwrap.fill(text, width) for text in _TEXT]
        quoted = textwrap.fill(f"“{sentence(provider)}”", width, initial_indent="  ", subsequent_indent="  ")
        typer.echo("\n" + "\n\n".join([*paragraphs, quoted]) + "\n", err=True)
    return typer.confirm(_QUESTION, err=True)


def _store(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{datetime.date.today().isoformat()}\n", encoding="utf-8")
    except OSError as error:
        raise MachineFailure(
            f"your consent cannot be stored in {file} ({error.strerror or error})",
            kept="nothing was started",
            fix="set XDG_STATE_HOME to a directory you can write to",
        ) from error
