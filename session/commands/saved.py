"""Commands for saved sessions, recordings and event lines: `cuecard view`, `decrypt`, `otel`."""

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


def otel(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Lines of `cuecard run --json`; default: standard input."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A new file for the spans.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="Send them to a collector on this machine instead.")
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Add the text of utterances and questions; files only.")
    ] = False,
) -> None:
    """Write a session's timings as OpenTelemetry spans (OTLP JSON lines), one trace an utterance.

    \b
    Examples:
      cuecard run --json | cuecard otel --output spans.jsonl
      cuecard otel events.jsonl
      cuecard run --json | cuecard otel --endpoint http://localhost:4318/v1/traces
    """
    from session.trace.export import export

    export(file, output=output, endpoint=endpoint, words=words)
