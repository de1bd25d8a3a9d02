"""The command `cuecard attest`."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from bus.failures import Failure, MachineFailure
from session.attest.checks.forgotten import find_remains
from session.attest.checks.violations import find_violations
from session.attest.marked_session import strike, watch
from session.attest.report import report


def attest(output: Path | None) -> None:
    """Trace a marked session and write the report.

    Args:
        output: The file; None for standard output.

    Raises:
        Failure: It could not be traced, or violates the contract.
    """
    typer.echo("tracing a marked session, then striking another; this takes about a minute", err=True)
    started_s = time.monotonic()
    evidence = watch()
    findings = find_violations(evidence)
    struck = None
    if not findings:
        struck = strike()
        findings = find_remains(struck)
    duration_s = time.monotonic() - started_s
    text = report(evidence, struck, findings, duration_s)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text)
    where = f"the report is in {output}" if output else "the report is above"
    if findings:
        raise _not_attested(len(findings), where)
    typer.echo(f"attested: no violations found, in {duration_s:.0f} s; {where}", err=True)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineFailure(
            f"the report cannot be written to {output} ({error.strerror or error})",
            kept="nothing",
            fix="choose another file, or none to print the report",
        ) from error


def _not_attested(count: int, where: str) -> Failure:
    failure = Failure(
        f"not attested: {count} {'violation' if count == 1 else 'violations'} found",
        kept=where,
        fix="use no session for anything private until they are explained; SECURITY.md says where to report",
    )
    failure.exit_code = 10
    return failure
