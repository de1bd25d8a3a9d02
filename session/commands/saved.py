"""Commands for saved sessions and recordings: `cuecard view`, `decrypt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

KnownPassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Read the passphrase here instead of asking."),
]


def view(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A session that was saved as .json or .json.age.")
    ],
    passphrase_file: KnownPassphraseOption = None,
) -> None:
    """Open a saved session in a window; without a display or to a pipe, print it as Markdown.

    \b
    Examples:
      cuecard view call.json
      cuecard view call.json.age
      cuecard view call.json > call.md
    """
    from session.run.end.viewing import view

    view(file, passphrase_file)


def decrypt(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An encrypted session or recording, .age.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The new file; for a recording, its folder."),
    ] = None,
    passphrase_file: KnownPassphraseOption = None,
) -> None:
    """Decrypt a saved session, or a recording into one WAVE file per source; without -o beside it.

    \b
    Examples:
      cuecard decrypt talk.md.age -o /tmp/talk.md
      cuecard decrypt call.age
    """
    from session.decrypting import decrypt

    files, is_whole = decrypt(file, passphrase_file, output)
    for each in files:
        typer.echo(each)
    if not is_whole:
        typer.echo("The recording was cut off; all that was written of it was decrypted.", err=True)
