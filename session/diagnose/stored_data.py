"""Everything this program ever puts on a disk or into the system's key store, found where it may be.

What a person saved with `--save` is theirs and is not looked for. Nothing is removed here but what is named:
a folder that other programs may use loses our files, and is itself removed only when nothing else is in it.
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

from bus import run
from llm.keys import keychain
from llm.keys.keychain import WHY, Outcome
from llm.providers import KNOWN
from llm.usage import prices
from llm.usage.daily_counts import user_counts
from session import settings
from session.models import store
from session.models.catalogue import CATALOGUE
from session.run.consent import consent_file

_COMPLETIONS = (
    ".bash_completions/cuecard.sh",
    ".zfunc/_cuecard",
    ".config/fish/completions/cuecard.fish",
)
_OUR_COMPLETION = "_CUECARD_COMPLETE"
_MODEL_MARKS = (".verified.json", "unfinished-*")


@dataclass(frozen=True)
class Stored:
    """One thing that is stored."""

    kind: str
    place: str
    """Its path, or which entry of the key store it is."""
    size_bytes: int | None
    """None where it cannot be known."""
    remove: Callable[[], None]
    """Removes it; raises OSError when that fails."""


def everything() -> list[Stored]:
    """Return all that is stored now."""
    kinds = (_settings, _models, _counts, _peers, _leftovers, _completions, _keys)
    return [found for kind in kinds for found in kind()]


def hidden() -> str:
    """Return why the key store cannot be looked into, or an empty text."""
    outcome = keychain.state()[0]
    return "" if outcome in (Outcome.DONE, Outcome.NO_SAFE_STORE) else WHY[outcome]


def _settings() -> Iterator[Stored]:
    yield from _file("your settings", settings.user_file())
    yield from _file("your prices", prices.user_prices())
    yield from _file("the date on which you said that the others know", consent_file())


def _counts() -> Iterator[Stored]:
    file = user_counts()
    for each in sorted(file.parent.glob(f"{file.stem}.*")):
        yield from _file("counts of each day", each)


def _models() -> Iterator[Stored]:
    """Only what the catalogue names: the folder may be shared with others."""
    for model in CATALOGUE.values():
        folder = store.folder(model)
        named = [folder / file.name for file in model.files]
        marks = [path for mark in _MODEL_MARKS for path in folder.glob(mark)]
        files = [path for path in (*named, *marks) if path.exists()]
        if files:
            yield Stored(f"the model {model.name}", str(folder), sum(map(_size, files)), _removing(files))


def _peers() -> Iterator[Stored]:
    folder = Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "peers"
    if folder.is_dir():
        yield Stored("other transcribers, for measuring", str(folder), _size(folder), _removing([folder]))


def _leftovers() -> Iterator[Stored]:
    attested = [path for path in Path(tempfile.gettempdir()).glob("cuecard-attest-*") if _is_own(path)]
    for folder in (*run.stale_runs(), *attested):
        yield Stored("left by a crash", str(folder), _size(folder), _removing([folder]))


def _completions() -> Iterator[Stored]:
    for name in _COMPLETIONS:
        file = Path.home() / name
        if _OUR_COMPLETION in _text(file):
            yield from _file("your shell's completion", file)
    source = f"source '{Path.home() / _COMPLETIONS[0]}'"
    startup = Path.home() / ".bashrc"
    if source in _text(startup).splitlines():
        yield Stored("a line in it", str(startup), len(source) + 1, lambda: _drop_line(startup, source))


def _keys() -> Iterator[Stored]:
    providers = sorted({provider.key_name or name for name, provider in KNOWN.items() if provider.needs_key})
    if keychain.state()[0] is not Outcome.DONE:
        return
    for name in keychain.names(providers)[1]:
        yield Stored("a key, in the system's key store", name, None, partial(_delete_key, name))


def _file(what: str, path: Path) -> Iterator[Stored]:
    if path.is_file():
        yield Stored(what, str(path), _size(path), _removing([path]))


def _removing(paths: list[Path]) -> Callable[[], None]:
    """Return what removes these, and the folders of ours that are empty then."""

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
    """Remove a folder that is ours and empty, and the one above it likewise."""
    while "cuecard" in folder.parts or folder.parent == store.models_directory():
        with contextlib.suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent


def _drop_line(file: Path, line: str) -> None:
    kept = [each for each in file.read_text(encoding="utf-8").split("\n") if each != line]
    file.write_text("\n".join(kept), encoding="utf-8")


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
