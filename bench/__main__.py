"""Command line of the bench: `cuecard bench NAME`, or `python -m bench NAME`.

Each command prints a table and, as its last line, one JSON object; `--report` writes a page, `--trace` a
timeline for Perfetto.
"""

from __future__ import annotations

import sys

import typer

from bench.commands import answers, machine
from bench.commands import faults as promises
from bench.commands import latency as words
from bench.commands import parts as pipeline
from bus.failures import Failure

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=__doc__,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS = (
    words.live,
    words.noise,
    words.sweep,
    words.accents,
    words.loudness,
    words.gpu,
    words.vad,
    words.onsets,
    words.turn_ends,
    words.peers,
    machine.cores,
    pipeline.ring,
    pipeline.devices,
    pipeline.hub,
    answers.answers,
    answers.questions,
    answers.notes,
    answers.summary,
    pipeline.session,
    pipeline.overlay,
    pipeline.echo,
    pipeline.endurance,
    pipeline.overload,
    pipeline.drift,
    pipeline.seats,
    promises.kills,
    promises.fuzz,
    promises.sandbox,
)
for _command in _COMMANDS:
    app.command()(_command)


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="cuecard bench")
    except Failure as failure:
        print(f"cuecard bench: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
