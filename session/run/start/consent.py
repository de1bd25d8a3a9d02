"""Asks before each live session who takes part, and whether they know and agree.

Nothing is stored: the answer goes into the session's log, and with it into what is saved.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Literal

import msgspec
import typer

from bus.failures import UsageFailure
from bus.messages import ConsentGiven
from bus.process.environment import DISPLAYS, inherited
from overlay.texts import translation
from overlay.texts.translation import _

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
_RECORDED = _N(
    "I am using a tool that transcribes our conversation on my computer and helps me with notes. "
    "It also records our voices into an encrypted file that stays with me. Is that all right with you?"
)
_RECORDED_WITH_PROVIDER = _N(
    "I am using a tool that transcribes our conversation on my computer and helps me with notes. "
    "It also records our voices into an encrypted file that stays with me, and the text of some questions "
    "goes to an AI service, {provider}. Is that all right with you?"
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
_KNOW_RECORDED = _("Do they know, and agree to be recorded, too ({people})?")
_WIDEST = 100
_WINDOW = "session.setup.consent_question"
"""The module that asks in a window."""

Way = Literal["terminal", "window", ""]
"""Where the user can be asked; nowhere if it is empty."""


@dataclass(frozen=True)
class Matter:
    """What the others agree to."""

    provider: str = ""
    """The host to which questions go; empty if they stay on this machine."""
    recorded: bool = False
    """Whether the audio is recorded."""
    language: str = "en"
    """Code of the session's language."""

    @property
    def sentence(self) -> str:
        """A sentence to say or paste; English where there is no translation."""
        plain, recorded = (_SENTENCE, _SENTENCE_WITH_PROVIDER), (_RECORDED, _RECORDED_WITH_PROVIDER)
        text = (recorded if self.recorded else plain)[bool(self.provider)]
        return translation.load([self.language]).gettext(text).format(provider=self.provider)


def ensure(matter: Matter, *, given: bool, people: str = "", way: Way) -> ConsentGiven:
    """Return what the user confirmed for this session, asking if need be.

    Args:
        matter: What the others agree to.
        given: Whether consent was confirmed on the command line.
        people: Who takes part, if the command line says so.
        way: Where to ask.

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
        return ConsentGiven(people=people, recorded=matter.recorded)
    if not way:
        raise UsageFailure(
            "a live device is opened only with the consent of the others",
            kept="nothing was started",
            fix=f"inform them (“{matter.sentence}”), then add --consent",
        )
    asked = _ask_in_window(matter) if way == "window" else _ask(people, matter)
    if asked is None:
        raise UsageFailure(
            "consent was not confirmed", kept="nothing was started", fix="inform the others, then start again"
        )
    return asked


def _ask_in_window(matter: Matter) -> ConsentGiven | None:
    command = [sys.executable, "-P", "-m", _WINDOW, msgspec.json.encode(matter).decode()]
    asked = subprocess.run(
        command, env=inherited(os.environ, DISPLAYS), stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    people = asked.stdout.removesuffix("\n")
    agreed = ConsentGiven(people=people, alone=not people, recorded=matter.recorded)
    return agreed if asked.returncode == 0 else None


def _ask(people: str, matter: Matter) -> ConsentGiven | None:
    """Ask on the terminal; None if the others do not agree."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    quoted = f"“{matter.sentence}”"
    quoted = textwrap.fill(quoted, width, initial_indent="  ", subsequent_indent="  ")
    typer.echo(f"\n{textwrap.fill(_EXPLANATION, width)}\n\n{quoted}\n", err=True)
    while not people:
        answered = " ".join(typer.prompt(_WHO, err=True).split())
        if answered.casefold() == _ALONE.casefold():
            return ConsentGiven(alone=True, recorded=matter.recorded)
        people = answered if _is_line(answered) else ""
    question = (_KNOW_RECORDED if matter.recorded else _KNOW).format(people=people)
    agreed = ConsentGiven(people=people, recorded=matter.recorded)
    return agreed if typer.confirm(question, err=True) else None


def _is_line(people: str) -> bool:
    return (people.isprintable() and people == people.strip()) and len(people) <= PEOPLE_CHARACTERS
