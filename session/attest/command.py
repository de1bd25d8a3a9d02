"""`cuecard attest` as the command line calls it."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from bus.failures import Failure, MachineFailure
from session.attest.marked_session import watch
from session.attest.report import report
from session.attest.violations import judge


def attest(output: Path | None) -> None:
    """Watch a marked session and write the report.

    Args:
        output: Where to; standard output when None.

    Raises:
        Failure: It could not be watched, or something was found that should not be.
    """
    typer.echo("a marked session is being watched; this takes about half a minute", err=True)
    started_s = time.monotonic()
    evidence = watch()
    findings = judge(evidence)
    took_s = time.monotonic() - started_s
    text = report(evidence, findings, took_s)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text)
    where = f"the report is in {output}" if output else "the report is above"
    if findings:
        raise _not_attested(len(findings), where)
    typer.echo(f"attested: the session kept its promises; it took {took_s:.0f} s; {where}", err=True)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineFailure(
            f"the report cannot be written to {output} ({error.strerror or error})",
            kept="nothing",
            fix="give another place, or none to have it printed",
        ) from error


def _not_attested(count: int, where: str) -> Failure:
    failure = Failure(
        f"not attested: the session broke its promises in {count} {'way' if count == 1 else 'ways'}",
        kept=f"{where} and names them",
        fix="use no session for anything private before they are understood; SECURITY.md says where to tell",
    )
    failure.exit_code = 10
    return failure
