"""Command line: `livebench run`, `check`, `board`, `regress`, `systems`, `install`, `data`."""

from __future__ import annotations

import sys

import typer

from livebench.commands import data, measuring, results
from livebench.failures import Failure

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Neutral benchmark of live transcription.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (
    measuring.run,
    results.check,
    results.board,
    results.regress,
    measuring.systems,
    measuring.install,
):
    app.command()(_command)
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="livebench")
    except Failure as failure:
        print(f"livebench: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
