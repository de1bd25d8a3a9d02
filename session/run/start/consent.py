"""Asks before each live session who takes part, and whether they know and agree.

Nothing is stored: the answer goes into the session's log, and with it into what is saved.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from typing import Literal

import typer

from bus.environment import DISPLAYS, inherited
from bus.failures import UsageFailure
from bus.messages import ConsentGiven
from overlay import translation
from overlay.translation import _

_N = str
"""Marks a text that is translated into the language of the session, not of the user."""

_SENTENCE = _N(
    "I am using a tool that transcribes our conversation on my computer and helps me with notes; "
    "no audio is stored or sent anywhere. Is that all right with you?"
)
_SENTENCE_WITH_PROVIDER = _N(
    "I am using a tool that transcribes our conversation on my computer and helps me with notes. "
    "No audio is stored or sent anywhere, but the text of some questions goes to an AI service, {provider}. "
    "Is that all right with you?"
)

PEOPLE_CHARACTERS = 200
"""Longest text that says who takes part."""

_EXPLANATION = _(
    "Cuecard is about to capture a live device. In many places everyone in a conversation must know that it "
    "is transcribed, and agree. Cuecard does not hide: its window is visible when you share your screen. You "
    "could say or paste:"
)
_ALONE = _("alone")
_WHO = _('Who takes part? Their names, or "{alone}"').format(alone=_ALONE)
_KNOW = _("Do they know, and agree ({people})?")
_WIDEST = 100
_WINDOW = "session.setup.consent_question"
"""The module that asks in a window."""

Way = Literal["terminal", "window", ""]
"""Where the user can be asked; nowhere if it is empty."""


def sentence(provider: str, language: str = "en") -> str:
    """Return a sentence to say or paste.

    Args:
        provider: The host to which questions go; empty if they stay on this machine.
        language: Code of the session's language; it stays English where there is no translation.
    """
    text = translation.load([language]).gettext(_SENTENCE_WITH_PROVIDER if provider else _SENTENCE)
    return text.format(provider=provider)


def ensure(
    *, given: bool, people: str = "", way: Way, provider: str = "", language: str = "en"
) -> ConsentGiven:
    """Return what the user confirmed for this session, asking if need be.

    Args:
        given: Whether consent was confirmed on the command line.
        people: Who takes part, if the command line says so.
        way: Where to ask.
        provider: The host to which questions go; empty if they stay on this machine.
        language: Code of the session's language.

    Raises:
        UsageFailure: It was not confirmed, or the names are no single line of text.
    """
    if not _is_line(people):
        raise UsageFailure(
            "the names of those who take part cannot be shown as one line",
            kept="nothing was started",
            fix=f"use letters, digits, signs and single spaces, at most {PEOPLE_CHARACTERS}",
        )
    if given:
        return ConsentGiven(people=people)
    if not way:
        raise UsageFailure(
            "a live device is opened only with the consent of the others",
            kept="nothing was started",
            fix=f"inform them (“{sentence(provider, language)}”), then add --consent",
        )
    asked = _ask_in_window(provider, language) if way == "window" else _ask(people, provider, language)
    if asked is None:
        raise UsageFailure(
            "consent was not confirmed", kept="nothing was started", fix="inform the others, then start again"
        )
    return asked


def _ask_in_window(provider: str, language: str) -> ConsentGiven | None:
    command = [sys.executable, "-P", "-m", _WINDOW, language, *([provider] if provider else [])]
    asked = subprocess.run(
        command, env=inherited(os.environ, DISPLAYS), stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    people = asked.stdout.removesuffix("\n")
    return ConsentGiven(people=people, alone=not people) if asked.returncode == 0 else None


def _ask(people: str, provider: str, language: str) -> ConsentGiven | None:
    """Ask on the terminal; None if the others do not agree."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    quoted = f"“{sentence(provider, language)}”"
    quoted = textwrap.fill(quoted, width, initial_indent="  ", subsequent_indent="  ")
    typer.echo(f"\n{textwrap.fill(_EXPLANATION, width)}\n\n{quoted}\n", err=True)
    while not people:
        answered = " ".join(typer.prompt(_WHO, err=True).split())
        if answered.casefold() == _ALONE.casefold():
            return ConsentGiven(alone=True)
        people = answered if _is_line(answered) else ""
    return ConsentGiven(people=people) if typer.confirm(_KNOW.format(people=people), err=True) else None


def _is_line(people: str) -> bool:
    return (people.isprintable() and people == people.strip()) and len(people) <= PEOPLE_CHARACTERS
