"""Finds everything the program stores on disk and in the system's key store.

Files saved with `--save` belong to the user and are not included, unless they are in the store. From a
folder that other programs may use, only files of this program are removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

from bus.run.directories import stale_runs
from llm.keys import keychain
from llm.keys.keychain import WHY, Outcome
from llm.providers import KNOWN
from llm.usage import prices
from llm.usage.daily_counts import user_counts
from session import settings
from session.desktop_entry import entry_file
from session.models import store
from session.models.catalogue import CATALOGUE
from session.run.history import history_file
from session.run.start.provider_cards import cards_file
from session.run.window_memory import window_file
from session.store import folder as sessions
from session.store.entry import Entry

_COMPLETIONS = (
    ".bash_completions/cuecard.sh",
    ".zfunc/_cuecard",
    ".config/fish/completions/cuecard.fish",
)
_OUR_COMPLETION = "_CUECARD_COMPLETE"
_MODEL_MARKS = (".verified.json", "unfinished-*")


@dataclass(frozen=True)
class StoredItem:
    """One stored file, folder, line or key."""

    kind: str
    place: str
    """Its path, or its name in the key store."""
    size_bytes: int | None
    """None if unknown."""
    remove: Callable[[], None]
    """Removes it; raises OSError on failure."""


def all_stored() -> list[StoredItem]:
    """Return everything that is stored now."""
    kinds = (_settings, _sessions, _models, _counts, _peers, _leftovers, _completions, _keys)
    return [found for kind in kinds for found in kind()]


def key_store_problem() -> str:
    """Return why the key store cannot be read, or an empty text."""
    outcome = keychain.state()[0]
    return "" if outcome in (Outcome.DONE, Outcome.NO_SAFE_STORE) else WHY[outcome]


def _settings() -> Iterator[StoredItem]:
    yield from _file("your settings", settings.user_file())
    yield from _file("your prices", prices.user_prices())
    yield from _file("counts of sessions, and crashes", history_file())
    yield from _file("place and look of the window", window_file())
    yield from _file("which cards of providers you confirmed", cards_file())
    yield from _file("the entry in your menu of applications", entry_file())


def _sessions() -> Iterator[StoredItem]:
    """Yield the sessions of the store, without those whose time is over."""
    sessions.delete_expired()
    for entry in sessions.entries():
        kind = "measures of a practice" if entry.kind == "measures" else "a saved session"
        yield StoredItem(kind, str(entry.path), _size(entry.path), partial(_delete_session, entry))


def _delete_session(entry: Entry) -> None:
    sessions.overwrite_and_remove(entry.path)
    _drop_empty(entry.path.parent)


def _counts() -> Iterator[StoredItem]:
    file = user_counts()
    for each in sorted(file.parent.glob(f"{file.stem}.*")):
        yield from _file("counts of each day", each)


def _models() -> Iterator[StoredItem]:
    """Yield files that the catalogue names; other programs may use the folder too."""
    for model in CATALOGUE.values():
        folder = store.folder(model)
        named = [folder / file.name for file in model.files]
        marks = [store.mark_file(model), *(path for mark in _MODEL_MARKS for path in folder.glob(mark))]
        files = [path for path in (*named, *marks) if path.exists()]
        if files:
            yield StoredItem(f"the model {model.name}", str(folder), sum(map(_size, files)), _removing(files))


def _peers() -> Iterator[StoredItem]:
    folder = Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "peers"
    if folder.is_dir():
        yield StoredItem("other transcribers, for measuring", str(folder), _size(folder), _removing([folder]))


def _leftovers() -> Iterator[StoredItem]:
    attested = [path for path in Path(tempfile.gettempdir()).glob("cuecard-attest-*") if _is_own(path)]
    for folder in (*stale_runs(), *attested):
        yield StoredItem("left by a crash", str(folder), _size(folder), _removing([folder]))


def _completions() -> Iterator[StoredItem]:
    for name in _COMPLETIONS:
        file = Path.home() / name
        if _OUR_COMPLETION in _text(file):
            yield from _file("your shell's completion", file)
    source = f"source '{Path.home() / _COMPLETIONS[0]}'"
    startup = Path.home() / ".bashrc"
    if source in _text(startup).splitlines():
        yield StoredItem(
            "a line in your shell's startup file",
            str(startup),
            len(source) + 1,
            lambda: _drop_line(startup, source),
        )


def _keys() -> Iterator[StoredItem]:
    providers = sorted({provider.key_name or name for name, provider in KNOWN.items() if provider.needs_key})
    if keychain.state()[0] is not Outcome.DONE:
        return
    for name in keychain.names(providers)[1]:
        yield StoredItem("a key, in the system's key store", name, None, partial(_delete_key, name))


def _file(kind: str, path: Path) -> Iterator[StoredItem]:
    if path.is_file():
        yield StoredItem(kind, str(path), _size(path), _removing([path]))


def _removing(paths: list[Path]) -> Callable[[], None]:
    """Return a function that removes these paths, and then empty folders of this program."""

    def remove() -> None:
        for path in paths:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        for path in paths:
            _drop_empty(path.parent)

    return remove


def _drop_empty(folder: Path) -> None:
    """Remove a folder of this program if it is empty, and its parents likewise."""
    while "cuecard" in folder.parts or folder.parent == store.models_directory():
        with contextlib.suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent


def _drop_line(file: Path, line: str) -> None:
    others = [each for each in file.read_text(encoding="utf-8").split("\n") if each != line]
    file.write_text("\n".join(others), encoding="utf-8")


def _delete_key(name: str) -> None:
    outcome = keychain.delete(name)
    if outcome is not Outcome.DONE:
        raise OSError(0, WHY[outcome])


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.lstat().st_size for each in files if each.is_symlink() or each.is_file())


def _is_own(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and path.lstat().st_uid == os.getuid()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
