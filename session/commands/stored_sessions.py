"""Commands for the store: `cuecard sessions list|show|search|export|delete|expire|compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from session.commands.options import JsonRowsOption
from session.commands.saved import KnownPassphraseOption

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="SESSION", help="A name of the list, its beginning, or `last`.", show_default=False
    ),
]

sessions = typer.Typer(
    help="List, open, search and delete the sessions in the store; `--store` saves to it.",
    no_args_is_help=True,
)


@sessions.callback()
def _delete_expired() -> None:
    from session.run.stored.listing import delete_expired

    delete_expired()


@sessions.command("list")
def list_sessions(json: JsonRowsOption = False) -> None:
    """List date, length, format and expiry of each session; the newest first.

    \b
    Example:
      cuecard sessions list
    """
    from session.run.stored.listing import list_sessions

    list_sessions(as_json=json)


@sessions.command()
def show(name: NameArgument = "last", passphrase_file: KnownPassphraseOption = None) -> None:
    """Open a session in a window; without a display or to a pipe, print it as Markdown.

    \b
    Examples:
      cuecard sessions show
      cuecard sessions show 2026-11-28 > minutes.md
    """
    from session.run.end.viewing import view
    from session.store.folder import find

    view(find(name).path, passphrase_file)


@sessions.command()
def search(
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Words that were said or answered.")],
    json: JsonRowsOption = False,
    passphrase_file: KnownPassphraseOption = None,
) -> None:
    """Print where words are, with session and time. The passphrase of encrypted sessions is asked once.

    \b
    Example:
      cuecard sessions search "rate limiter"
    """
    from session.run.stored.contents import search

    search(words, as_json=json, passphrase_file=passphrase_file)


@sessions.command()
def export(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file: .md, .html, .docx, …")],
    passphrase_file: KnownPassphraseOption = None,
) -> None:
    """Write a session in another format; a name that ends in .age is encrypted.

    \b
    Examples:
      cuecard sessions export last minutes.docx
      cuecard sessions export 2026-11-28 talk.md.age
    """
    from session.run.stored.contents import export

    typer.echo(export(name, file, passphrase_file))


@sessions.command()
def delete(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SESSION…", help="Names of the list.", show_default=False)
    ] = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every session in the store.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Overwrite sessions with zeros, and delete them.

    \b
    Examples:
      cuecard sessions delete last
      cuecard sessions delete --all --yes
    """
    from session.run.stored.listing import delete

    delete(names or [], all_of_them=all_of_them, at_once=yes)


@sessions.command()
def expire(
    name: Annotated[
        str, typer.Argument(metavar="[SESSION]", help="A name of the list, or `last`.", show_default=False)
    ] = "",
    days: Annotated[str, typer.Argument(metavar="[DAYS]", help="From today: 30d; or never.")] = "",
) -> None:
    """Delete the sessions whose time is over; or change the time of one.

    Every other command of `cuecard sessions`, and the start of each session, deletes expired ones, too.

    \b
    Examples:
      cuecard sessions expire
      cuecard sessions expire last 30d
    """
    from session.run.stored.listing import expire

    expire(name, days)


@sessions.command()
def compare(
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a web page of curves instead.")
    ] = None,
    passphrase_file: KnownPassphraseOption = None,
) -> None:
    """Compare pace, fillers, pauses and structure of your practices, kept with --keep-measures or --store.

    \b
    Examples:
      cuecard sessions compare
      cuecard sessions compare --html practices.html
    """
    from session.run.stored.contents import compare

    compare(html, passphrase_file)
