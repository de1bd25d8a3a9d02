"""Commands for a running session: `cuecard answer`, `use`, `ledger`."""

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
    from session.run import remote_control

    remote_control.answer()


def use(
    provider: Annotated[
        str, typer.Argument(metavar="PROVIDER", help="The provider, as in `cuecard run --provider`.")
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Its model; default: the first suitable one.")
    ] = "",
) -> None:
    """Switch the provider of the running session.

    \b
    Example:
      cuecard use anthropic --model claude-haiku-4-5
    """
    from session.run import remote_control

    remote_control.use(provider, model)


def ledger(
    json: JsonRowsOption = False,
    follow: Annotated[
        bool, typer.Option(help="Continue until the session ends, and prompt for held requests.")
    ] = True,
) -> None:
    """Show every request of the running session and its cost.

    \b
    Example:
      cuecard ledger --no-follow
    """
    from session.run import remote_control

    remote_control.ledger(follow=follow, as_json=json)
