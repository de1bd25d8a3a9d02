"""The commands beside a session that is going on: `cuecard answer`, `use`, `ledger`."""

from __future__ import annotations

from typing import Annotated

import typer

from session.commands.options import JsonRowsOption


def answer() -> None:
    """Have what was just said answered, in the session that is going on: for a shortcut of your desktop.

    Example:

        cuecard answer
    """
    from session import beside

    beside.answer()


def use(
    provider: Annotated[str, typer.Argument(help="Who answers from now on, as --provider takes it.")],
    model: Annotated[str, typer.Option(help="Their model; the first suitable one when not given.")] = "",
) -> None:
    """Have somebody else answer, in the session that is going on.

    Example:

        cuecard use anthropic --model claude-haiku-4-5
    """
    from session import beside

    beside.use(provider, model)


def ledger(
    json: JsonRowsOption = False,
    follow: Annotated[
        bool, typer.Option(help="Go on until the session ends, and ask about requests that wait.")
    ] = True,
) -> None:
    """Show every request of the session that is going on, word for word, and what it cost.

    Example:

        cuecard ledger --no-follow
    """
    from session import beside

    beside.ledger(follow=follow, as_json=json)
