"""Runs the checks and prints their findings."""

from __future__ import annotations

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bus.failures import MachineFailure
from bus.process.lifecycle import unexpected
from session.doctor.checks import CHECKS
from session.doctor.finding import Finding

_SIGNS = {True: "[green]✓[/green]", None: "[yellow]–[/yellow]", False: "[red]✗[/red]"}


def show_findings(*, as_json: bool) -> int:
    """Run all checks, print the findings, and return the exit code: 0 if a session can be started."""
    found = examine()
    print_findings(found, as_json=as_json)
    return 0 if all(finding.ok for finding in found if finding.needed) else MachineFailure.exit_code


def print_findings(found: list[Finding], *, as_json: bool) -> None:
    """Print a table, or a JSON object for each finding."""
    if not as_json:
        Console(highlight=False, soft_wrap=True).print(_table(found))
        return
    for finding in found:
        typer.echo(msgspec.json.encode(finding).decode())


def examine() -> list[Finding]:
    """Return the findings of all checks; a check that raises becomes a finding."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            result = check()
        except Exception as error:  # one failing check must not prevent the others
            result = Finding(check.__name__, None, unexpected(error), needed=False)
        found += result if isinstance(result, list) else [result]
    return found


def _table(found: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in found:
        fix = "" if finding.ok else finding.fix
        table.add_row(_SIGNS[finding.ok], finding.name, finding.detail, f"[dim]{fix}[/dim]")
    return table
