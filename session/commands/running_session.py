"""The commands beside a session that is going on: `cuecard answer`, `use`, `ledger`."""

from __future__ import annotations

from typing import Annotated

import typer

from session.commands.options import JsonRowsOption


def answer() -> None:
    """Answer what was just said in the running session; made for a keyboard shortcut.

    \b
    Example:
      cuecard answer
    """
    from session.run import remote_control as beside

    beside.answer()


def use(
    provider: Annotated[
        str, typer.Argument(metavar="WHO", help="Who answers from now on, as --provider takes it.")
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Their model; the first suitable one when not given.")
    ] = "",
) -> None:
    """Switch the provider of the running session.

    \b
    Example:
      cuecard use anthropic --model claude-haiku-4-5
    """
    from session.run import remote_control as beside

    beside.use(provider, model)


def ledger(
    json: JsonRowsOption = False,
    follow: Annotated[
        bool, typer.Option(help="Go on until the session ends, and ask about requests that wait.")
    ] = True,
) -> None:
    """Show every request of the running session and its cost.

    \b
    Example:
      cuecard ledger --no-follow
    """
    from session.run import remote_control as beside

    beside.ledger(follow=follow, as_json=json)
