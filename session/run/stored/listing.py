"""Lists, deletes and dates the sessions of the store, by their names alone."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bus.failures import UsageFailure
from overlay.texts.translation import _, ngettext, pgettext
from session.store import folder
from session.store.entry import Entry, last_day
from session.transcript import facts
from session.view.printable import printable

_DATE = pgettext("date, as strftime writes it", "%Y-%m-%d")
_NOTHING = _("No session is stored. `cuecard run --store` stores one.")
_REMAINS = _(
    "Overwritten with zeros and deleted. Backups, snapshots, a journal of the file system, and an SSD may "
    "still hold older copies; those of encrypted sessions are unreadable without the passphrase."
)


def delete_expired() -> None:
    """Delete what has expired, and say so."""
    if expired := folder.delete_expired():
        text = ngettext(
            "{count} session has expired and was deleted.",
            "{count} sessions have expired and were deleted.",
            len(expired),
        )
        typer.echo(text.format(count=len(expired)), err=True)


def list_sessions(*, as_json: bool) -> None:
    """Print one row for each session."""
    stored = folder.entries()
    if as_json:
        for entry in stored:
            print(msgspec.json.encode(_row(entry)).decode())
        return
    if not stored:
        typer.echo(_NOTHING, err=True)
        return
    table = Table(box=None, pad_edge=False)
    columns = (
        _("session"),
        _("length"),
        _("content"),
        _("format"),
        _("encrypted"),
        _("kept until"),
        _("size"),
    )
    for column in columns:
        table.add_column(column, no_wrap=True)
    for entry in stored:
        table.add_row(*_cells(entry))
    Console(highlight=False, soft_wrap=True).print(table)


def delete(names: Sequence[str], *, all_of_them: bool, at_once: bool) -> None:
    """Delete sessions after a confirmation, and say what may remain.

    Raises:
        UsageFailure: None or several have this name, or there is no way to ask.
        MachineFailure: One cannot be deleted.
    """
    chosen = folder.entries() if all_of_them else [folder.find(name) for name in names]
    if not chosen:
        raise UsageFailure(
            "no session was chosen", kept="nothing was deleted", fix="name one of `cuecard sessions list`"
        )
    if not at_once and not _confirmed(chosen):
        typer.echo(_("Nothing was deleted."), err=True)
        return
    for entry in chosen:
        folder.delete(entry)
        typer.echo(printable(entry.name))
    typer.echo(_REMAINS, err=True)


def expire(name: str, days: str) -> None:
    """Change until when a session is kept; without a name what has expired was just deleted.

    Raises:
        UsageFailure: None or several have this name, or it is no time.
    """
    if not name:
        return
    if not days:
        raise UsageFailure(
            "no time is given", kept="nothing was changed", fix=f"`cuecard sessions expire {name} 30d`"
        )
    entry = folder.set_expiry(folder.find(name), last_day(days, _today()))
    typer.echo(f"{entry.name}: {_until(entry)}")


def _confirmed(chosen: Sequence[Entry]) -> bool:
    if not sys.stdin.isatty():
        raise UsageFailure(
            "there is no terminal to ask on", kept="nothing was deleted", fix="add --yes to delete at once"
        )
    for entry in chosen:
        typer.echo(printable(entry.name), err=True)
    text = ngettext("Delete this session?", "Delete these {count} sessions?", len(chosen))
    return typer.confirm(text.format(count=len(chosen)), err=True)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "session": entry.name,
        "started": entry.started and entry.started.isoformat(),
        "length_s": entry.length_s,
        "content": entry.kind,
        "format": entry.format,
        "encrypted": entry.is_encrypted,
        "until": entry.until and entry.until.isoformat(),
        "bytes": _size(entry),
        "file": str(entry.path),
    }


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        printable(entry.name),
        "" if entry.length_s is None else facts.length(entry.length_s),
        _("measures") if entry.kind == "measures" else _("session"),
        entry.format or "?",
        _("yes") if entry.is_encrypted else _("no"),
        _until(entry),
        _("{count} kB").format(count=max(1, round(_size(entry) / 1000))),
    )


def _until(entry: Entry) -> str:
    return f"{entry.until:{_DATE}}" if entry.until else _("you delete it")


def _size(entry: Entry) -> int:
    return entry.path.lstat().st_size


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()
