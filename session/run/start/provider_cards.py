"""Shows the card of each hosted provider before its first session.

The file remembers the date of the card that was confirmed, so a card with new facts is shown again.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec
import platformdirs
import typer

from bus.failures import UsageFailure
from bus.messages import ProviderCard
from bus.process.environment import DISPLAYS, inherited
from llm.providers import Provider, named_provider
from llm.settings import LlmSettings
from overlay.texts.provider_card import card_rows
from overlay.texts.translation import _
from session.run.start.consent import Way

UNKNOWN = _(
    "Questions will go to {host}. What it keeps is not verified; the terms of those who run it apply."
)
"""Said of an address that is no known provider's."""

_GOES_TO = _("Questions will go to {host}. Its own pages say:")
_USE = _("Use {name}?")
_WIDEST = 100
_MOST_BYTES = 4096
_WINDOW = "session.setup.provider_card_window"
"""The module that asks in a window."""


def cards_file() -> Path:
    """Return the file that remembers which cards were confirmed."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "provider-cards.json"


def introduce(settings: LlmSettings, way: Way) -> None:
    """Show the card of each provider away from this machine that was not confirmed yet.

    Without a way to ask, the cards are printed, and shown again next time.

    Raises:
        UsageFailure: The user does not want one of them.
    """
    confirmed = _confirmed()
    for provider in hosted(settings):
        checked = provider.card.checked if provider.card else datetime.date.min
        if confirmed.get(provider.host, datetime.date.min) >= checked and provider.host in confirmed:
            continue
        if not _ask(provider, way):
            raise UsageFailure(
                f"{provider.name} is not used",
                kept="nothing was started, and nothing was sent",
                fix="choose another one with --provider, or none with `--provider none`",
            )
        if way:
            confirmed[provider.host] = checked
            _store(confirmed)


def hosted(settings: LlmSettings) -> list[Provider]:
    """Return the providers of the settings that are away from this machine."""
    if settings.answer == "off":
        return []
    names = filter(None, (settings.provider, settings.fallback_provider))
    named = [provider for name in names if (provider := named_provider(settings, name)) is not None]
    return [each for each in named if not each.local]


def lines(card: ProviderCard, width: int) -> list[str]:
    """Return a card as lines of text: a column of labels, then wrapped text."""
    rows = card_rows(card)
    indent = max(len(label) for label, _text in rows) + 2
    return [
        textwrap.fill(
            text,
            max(width, indent + 20),
            initial_indent=f"{label:{indent}}",
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for label, text in rows
    ]


def _ask(provider: Provider, way: Way) -> bool:
    if way == "window":
        command = [sys.executable, "-P", "-m", _WINDOW, provider.name if provider.card else "", provider.host]
        return not subprocess.run(command, env=inherited(os.environ, DISPLAYS), check=False).returncode
    host, width = provider.host.removesuffix(":443"), min(shutil.get_terminal_size().columns, _WIDEST)
    if provider.card is None:
        typer.echo(textwrap.fill(UNKNOWN.format(host=host), width), err=True)
    else:
        typer.echo("\n".join([_GOES_TO.format(host=host), "", *lines(provider.card, width), ""]), err=True)
    return way != "terminal" or typer.confirm(_USE.format(name=provider.name), err=True)


def _confirmed() -> dict[str, datetime.date]:
    """Return the date of the confirmed card by host; nothing if the file is missing or damaged."""
    with contextlib.suppress(OSError, msgspec.MsgspecError), cards_file().open("rb") as file:
        return msgspec.json.decode(file.read(_MOST_BYTES), type=dict[str, datetime.date])
    return {}


def _store(confirmed: dict[str, datetime.date]) -> None:
    with contextlib.suppress(OSError):
        cards_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(cards_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(confirmed))
