"""Searches, exports and compares the sessions of the store, which are opened for it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import typer

from bus.failures import Failure, MachineFailure, UsageFailure
from bus.process.private_memory import forbid_memory_access
from overlay.texts.translation import _, ngettext, number, pgettext
from session import encryption
from session.store import folder
from session.store.comparison_page import comparison_page, sparkline
from session.store.entry import Entry
from session.store.measures import Series
from session.store.measures import compare as compare_measures
from session.store.reading import Reader
from session.store.search import Match
from session.store.search import search as search_session
from session.transcript import save
from session.transcript.new_file import write_new
from session.transcript.saved_session import SavedSession
from session.view.printable import printable

_DATE = pgettext("date, as strftime writes it", "%Y-%m-%d")
_NO_MEASURES = _("No practice with measures is stored. `cuecard practice --keep-measures` keeps them.")


def search(words: str, *, as_json: bool, passphrase_file: Path | None) -> None:
    """Print every match with its session and time.

    Raises:
        UsageFailure: There are no words, or there is no way to ask for the passphrase.
    """
    forbid_memory_access()
    if not words.strip():
        raise UsageFailure("there are no words to search for", kept="nothing was opened")
    for entry, saved in _opened(Reader(passphrase_file)):
        for match in search_session(saved, words):
            print(_match_row(entry, match) if as_json else _match_line(entry, match))


def export(name: str, file: Path, passphrase_file: Path | None) -> Path:
    """Write a session to a new file in the format of its name, and return the file.

    Raises:
        UsageFailure: None or several have this name, or the file exists or has no known format.
        MachineFailure: The file cannot be written.
    """
    forbid_memory_access()
    save.check(file)
    saved = Reader(passphrase_file).read(folder.find(name))
    passphrase = encryption.new_passphrase(passphrase_file) if encryption.is_encrypted(file) else ""
    return save.save(saved, file, passphrase)


def compare(page: Path | None, passphrase_file: Path | None) -> None:
    """Print how the measures of practice changed, or write them as a web page.

    Raises:
        MachineFailure: The page cannot be written.
    """
    forbid_memory_access()
    if page is not None and page.suffix != ".html":
        raise UsageFailure(f"{page} does not end in .html", kept="nothing was written")
    compared = compare_measures(saved for _entry, saved in _opened(Reader(passphrase_file)))
    if not compared[0].points:
        typer.echo(_NO_MEASURES, err=True)
    elif page is None:
        _print(compared)
    else:
        typer.echo(_write(page, comparison_page(compared)))


def _opened(reader: Reader) -> list[tuple[Entry, SavedSession]]:
    """Return every session that can be opened; say which cannot."""
    opened = []
    for entry in folder.entries():
        try:
            opened.append((entry, reader.read(entry)))
        except UsageFailure as failure:
            if entry.is_encrypted and entry.format == "json":
                raise
            typer.echo(f"cuecard: {printable(str(failure))}", err=True)
        except Failure as failure:
            typer.echo(f"cuecard: {printable(entry.name)}: {failure.problem}", err=True)
    return opened


def _match_line(entry: Entry, match: Match) -> str:
    return "  ".join(filter(None, (entry.name, match.time, f"{match.speaker}: {match.text}".lstrip(": "))))


def _match_row(entry: Entry, match: Match) -> str:
    return msgspec.json.encode({"session": entry.name, **msgspec.to_builtins(match)}).decode()


def _print(compared: list[Series]) -> None:
    points = compared[0].points
    text = ngettext("{count} practice, {first}", "{count} practices, {first} to {last}", len(points))
    first, last = f"{points[0].at:{_DATE}}", f"{points[-1].at:{_DATE}}"
    print(text.format(count=len(points), first=first, last=last))
    width = max(len(series.label) for series in compared)
    for series in compared:
        values = f"{number(series.points[0].value, 1)} → {number(series.points[-1].value, 1)}"
        print(f"{series.label:<{width}}  {sparkline(series)}  {values} {series.unit}")


def _write(page: Path, text: str) -> Path:
    try:
        return write_new(page, text.encode())
    except OSError as error:
        raise MachineFailure(
            f"{page} cannot be written ({error.strerror or error})", kept="nothing of it"
        ) from error
