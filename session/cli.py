"""The command line: `cuecard`.

Data goes to standard output, everything else to standard error. A failure is one line and an exit code from
`bus.failures`, never a traceback.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from bus.failures import Failure
from bus.process_lifecycle import DEBUG_VARIABLE, UNEXPECTED, report_crash, unexpected
from session.commands import machine, saved, sessions
from session.commands import running_session as running_sessions
from session.commands.keys import keys
from session.commands.models import models
from session.standard_output import checked_output

app = typer.Typer(
    name="cuecard",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models, name="models")
app.add_typer(keys, name="keys")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cuecard {importlib.metadata.version('cuecard')}")
        raise typer.Exit


@app.callback()
def _cuecard(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A local-first copilot for live sessions.

    It captures the microphone and the computer's own sound, transcribes both on this machine, detects
    questions, and answers them from your notes and the model you chose. Audio never leaves the machine.

    \b
    Examples:
      cuecard demo        see it work, offline, without a key
      cuecard doctor      check what a session needs
      cuecard run --source mic=default --source call=monitor
                          a live session
      cuecard run --source mic=file:talk.flac --json
                          transcribe a recording at real pace
    """


_COMMANDS = (
    sessions.run,
    sessions.demo,
    sessions.practice,
    sessions.resume,
    saved.view,
    running_sessions.answer,
    running_sessions.use,
    running_sessions.ledger,
    machine.devices,
    machine.doctor,
    machine.report,
    machine.purge,
    machine.attest,
)
for _command in _COMMANDS:
    app.command()(_command)
app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)(machine.bench)


def main() -> None:
    """Run the command line; the program's entry point."""
    report_crash("session")
    _leave_deleted_folder()
    _find_runtime_directory()
    try:
        with checked_output():
            app()
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        print(f"cuecard: {unexpected(error)}", file=sys.stderr)
        sys.exit(UNEXPECTED)


def _leave_deleted_folder() -> None:
    """Change to the root if the working directory was deleted: CTranslate2's MKL needs one to load."""
    try:
        os.getcwd()  # noqa: PTH109 - the same call that libraries make
    except OSError:
        os.chdir("/")


def _find_runtime_directory() -> None:
    """Set XDG_RUNTIME_DIR if it is missing though the directory exists, as after `su` or in a cron job."""
    if sys.platform != "linux" or os.environ.get("XDG_RUNTIME_DIR"):
        return
    directory = Path("/run/user", str(os.getuid()))
    try:
        status = directory.stat()
    except OSError:
        return
    if status.st_uid == os.getuid() and not status.st_mode & 0o077:
        os.environ["XDG_RUNTIME_DIR"] = str(directory)
