"""The commands of `cuecard` and their help."""

from __future__ import annotations

import importlib.metadata
from typing import Annotated

import typer

from session.commands import machine, saved, sessions, setup
from session.commands import running_session as running_sessions
from session.commands.keys import keys
from session.commands.models import models
from session.commands.providers import provider
from session.commands.stored_sessions import sessions as stored_sessions

app = typer.Typer(
    name="cuecard",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models, name="models")
app.add_typer(keys, name="keys")
app.add_typer(stored_sessions, name="sessions")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cuecard {importlib.metadata.version('cuecard')}")
        raise typer.Exit


@app.callback()
def _cuecard(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A local-first copilot for live sessions.

    It captures the microphone and the computer's own sound, transcribes both on this machine, detects
    questions, and answers them from your notes and the model you chose. Audio never leaves the machine.

    \b
    Examples:
      cuecard             set it up, then start a session
      cuecard demo        see it work, offline, without a key
      cuecard doctor      check what a session needs
      cuecard run         a live session, of your microphone and the computer's own sound
      cuecard run --source mic=file:talk.flac --save talk.md
                          transcribe a recording at real pace
    """
    if context.invoked_subcommand is None:
        from session.setup.start import start

        start()


_COMMANDS = (
    sessions.run,
    sessions.captions,
    sessions.demo,
    sessions.practice,
    sessions.resume,
    saved.view,
    saved.decrypt,
    saved.otel,
    setup.setup,
    setup.settings,
    setup.tray,
    running_sessions.answer,
    running_sessions.ask,
    running_sessions.cancel,
    running_sessions.again,
    running_sessions.shorter,
    running_sessions.longer,
    running_sessions.copy,
    running_sessions.toggle,
    running_sessions.next_monitor,
    running_sessions.pause,
    running_sessions.unpause,
    running_sessions.mute,
    running_sessions.unmute,
    running_sessions.mark,
    running_sessions.note,
    running_sessions.strike,
    running_sessions.end,
    running_sessions.summary,
    running_sessions.use,
    running_sessions.ledger,
    provider,
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
