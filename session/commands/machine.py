"""Commands about the machine and the program: `cuecard devices`, `doctor`, `attest`, …"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from session.commands.options import JsonRowsOption


def devices(
    json: JsonRowsOption = False,
    level: Annotated[
        bool, typer.Option(help="Capture all devices for two seconds and judge their levels.")
    ] = False,
) -> None:
    """List the devices that can be captured, with the default.

    \b
    Example:
      cuecard devices --level
    """
    from session.diagnose.device_list import show_devices

    show_devices(as_json=json, with_levels=level)


def doctor(
    json: JsonRowsOption = False,
    audio: Annotated[
        bool, typer.Option("--audio", help="Play a phrase and ask for words, to check both sources.")
    ] = False,
    no_speak: Annotated[bool, typer.Option("--no-speak", help="With --audio: ask for no words.")] = False,
) -> None:
    """Check what a session needs, and show how to fix what is missing.

    \b
    Examples:
      cuecard doctor
      cuecard doctor --audio
    """
    if audio:
        from session.sound_check.command import check_audio

        raise typer.Exit(check_audio(as_json=json, speak=not no_speak))
    from session.doctor.report import show_findings

    raise typer.Exit(show_findings(as_json=json))


def report(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it here; the name ends in .json."),
    ] = None,
) -> None:
    """Write a bug report without any transcript. Nothing is sent.

    \b
    Example:
      cuecard report
    """
    from session.diagnose.support_report import report as write_report

    write_report(output)


def purge(
    yes: Annotated[bool, typer.Option("--yes", help="Delete all of it without asking.")] = False,
) -> None:
    """Show everything the program stored, and delete it on request.

    \b
    Examples:
      cuecard purge
      cuecard purge --yes
    """
    from session.diagnose.purge import purge as show_and_delete

    show_and_delete(at_once=yes)


def attest(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report here.")
    ] = None,
) -> None:
    """Report every file and socket of a traced session. Linux, with strace.

    \b
    Example:
      cuecard attest --output attestation.md
    """
    from session.attest.command import attest as watch_and_report

    watch_and_report(output)


def bench(context: typer.Context) -> None:
    """Measure latency, accuracy and cost; see `cuecard bench --help`.

    \b
    Example:
      cuecard bench live --report live.html
    """
    # A separate program, so that a session does not need the bench's dependencies.
    os.execv(sys.executable, [sys.executable, "-m", "bench", *context.args])
