"""`cuecard purge`: shows everything the program stored, and deletes it on request."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.table import Table

from bus.failures import MachineFailure, UsageFailure
from bus.run.directories import running_sessions
from session.diagnose.stored_data import StoredItem, all_stored, key_store_problem


def purge(*, at_once: bool) -> None:
    """Show what is stored, and delete it after a confirmation.

    Args:
        at_once: Delete without asking.

    Raises:
        UsageFailure: A session is running, or can still be resumed.
        MachineFailure: Something could not be deleted.
    """
    stored = all_stored()
    _show(stored)
    if problem := key_store_problem():
        typer.echo(f"{problem}; its keys are neither shown nor deleted", err=True)
    if not stored:
        return
    if not at_once and not sys.stdin.isatty():
        typer.echo("nothing was deleted; add --yes to delete everything", err=True)
        return
    if running_sessions():
        raise UsageFailure(
            "a session is running, or can still be resumed",
            kept="nothing was deleted",
            fix="end it first; `cuecard resume --end` deletes one that can be resumed",
        )
    if at_once or typer.confirm("Delete everything?", err=True):
        _delete(stored)
    else:
        typer.echo("nothing was deleted", err=True)


def _delete(stored: list[StoredItem]) -> None:
    failed = []
    for each in stored:
        try:
            each.remove()
        except OSError as error:
            failed.append(f"{each.place} ({error.strerror or error})")
    if failed:
        raise MachineFailure(
            f"not everything could be deleted: {', '.join(failed)}",
            kept="these; the others are deleted",
            fix="check their permissions, or unlock the key store, and purge again",
        )
    typer.echo(f"deleted: {len(stored)}", err=True)


def _show(stored: list[StoredItem]) -> None:
    if not stored:
        typer.echo("nothing is stored")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("kind")
    table.add_column("place", min_width=max(len(each.place) for each in stored))  # paths are not cut
    table.add_column("size", justify="right", no_wrap=True)
    for each in stored:
        table.add_row(each.kind, each.place, "" if each.size_bytes is None else _readable(each.size_bytes))
    table.add_row("", "total", _readable(sum(each.size_bytes or 0 for each in stored)))
    Console(highlight=False, soft_wrap=True).print(table)


def _readable(size_bytes: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes} bytes"
