"""`cuecard provider`: shows what hosted providers do with requests."""

from __future__ import annotations

import shutil
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bus.failures import UsageFailure
from llm.providers import cards
from overlay.texts import strings
from session.commands.options import JsonRowsOption
from session.run.start.provider_cards import lines

_WIDEST = 100


def provider(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A hosted provider; default: all.")] = "",
    json: JsonRowsOption = False,
) -> None:
    """Show what a hosted provider keeps, whether it trains with it, and how to have nothing kept.

    \b
    Examples:
      cuecard provider
      cuecard provider openai
    """
    known = cards()
    if name and name not in known:
        raise UsageFailure(
            f"there is no card for {name!r}",
            kept="nothing was changed",
            fix=f"name one of {', '.join(known)}; for other addresses the terms of those who run them apply",
        )
    if json:
        for each in [name] if name else known:
            typer.echo(msgspec.json.encode({"provider": each, **msgspec.to_builtins(known[each])}).decode())
    elif name:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        typer.echo("\n".join([name, "", *lines(known[name], width)]))
    else:
        _show_all()


def _show_all() -> None:
    table = Table(box=None, pad_edge=False, leading=1)
    for heading in ("provider", strings.CARD_KEEPS, strings.CARD_TRAINS, strings.CARD_CHECKED):
        table.add_column(heading)
    for name, card in cards().items():
        table.add_row(name, card.keeps, card.trains, card.checked.isoformat())
    Console(highlight=False).print(table)
