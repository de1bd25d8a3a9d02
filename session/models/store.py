"""The store of model files, and their verification.

The size and change time of a verified file are recorded, so that a start need not hash it again unless they
have changed. The record is in the user's cache, not beside the weights, whose folder others may write to.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import platformdirs

from bus.failures import ModelFailure
from session.models.catalogue import CATALOGUE
from session.models.model import Model, ModelFile

DIRECTORY_VARIABLE = "CUECARD_MODELS_DIR"
"""Environment variable with another folder for models."""

_CHUNK_BYTES = 1 << 20

OnBytes = Callable[[int], None]
"""Called with the number of newly processed bytes."""


class _VerifiedFile(msgspec.Struct, frozen=True):
    size_bytes: int
    inode: int
    changed_ns: int
    """The time of the last change (ctime), which no program can set; on Windows of the last write."""
    sha256: str


def models_directory() -> Path:
    """Return the folder of all models."""
    named = os.environ.get(DIRECTORY_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "models"


def known(name: str) -> Model:
    """Return a model of the catalogue.

    Raises:
        ModelFailure: There is no model of that name.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    nearest = difflib.get_close_matches(name, CATALOGUE, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else "see `cuecard models list`"
    raise ModelFailure(f"there is no model {name!r}", kept="nothing was changed", fix=hint)


def folder(model: Model) -> Path:
    """Return the folder of a model, which may not exist."""
    return models_directory() / model.name


def mark_file(model: Model) -> Path:
    """Return the record of a model's verified files, which may not exist."""
    cache = Path(platformdirs.user_cache_dir("cuecard", appauthor=False))
    place = hashlib.sha256(str(folder(model).resolve()).encode()).hexdigest()
    return cache / "verified" / f"{model.name}-{place[:16]}.json"


def is_there(name: str) -> bool:
    """Return whether all files of a model exist and are unchanged since they were verified."""
    return not faults(known(name))


def find(name: str) -> Path:
    """Return the path that a stage loads: the folder of a speech model, else the model's first file.

    Args:
        name: A name of the catalogue, or a folder with the user's own weights.

    Raises:
        ModelFailure: It is missing or damaged; names the fix command.
    """
    if name not in CATALOGUE and Path(name).is_dir():
        return Path(name)
    model = known(name)
    wrong = faults(model)
    if wrong:
        raise ModelFailure(
            f"the model {name} cannot be used: {wrong[0]}",
            kept="nothing was started",
            fix=f"run `cuecard models pull {name}`",
        )
    place = folder(model)
    return place if model.transcribes else place / model.files[0].name


def faults(model: Model, *, thoroughly: bool = False, on_bytes: OnBytes = lambda count: None) -> list[str]:
    """Return the faults of a model's files; an empty list if there are none.

    Args:
        model: The model.
        thoroughly: Hash every file, even if it is unchanged since it was verified.
        on_bytes: Called with the number of newly processed bytes.
    """
    place = folder(model)
    verified = {} if thoroughly else _read_mark(mark_file(model))
    found, marks = [], {}
    for file in model.files:
        fault, mark = _examine(place / file.name, file, verified.get(file.name), on_bytes)
        if fault:
            found.append(fault)
        elif mark:
            marks[file.name] = mark
    if not found and marks != verified:
        _write_mark(mark_file(model), marks)
    return found


def is_sound(model: Model, file: ModelFile) -> bool:
    """Return whether one file of a model is correct; hashes it."""
    return not _examine(folder(model) / file.name, file, None, lambda count: None)[0]


def sha256_of(path: Path, on_bytes: OnBytes = lambda count: None) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            digest.update(chunk)
            on_bytes(len(chunk))
    return digest.hexdigest()


def _examine(
    path: Path, file: ModelFile, seen: _VerifiedFile | None, on_bytes: OnBytes
) -> tuple[str, _VerifiedFile | None]:
    try:
        status = path.stat()
        if status.st_size != file.size_bytes:
            return f"{file.name} has {status.st_size} bytes and should have {file.size_bytes}", None
        mark = _mark(status, file)
        if seen == mark:
            on_bytes(file.size_bytes)
            return "", mark
        if sha256_of(path, on_bytes) != file.sha256:
            return f"{file.name} is damaged: its SHA-256 is wrong", None
        return "", mark
    except FileNotFoundError:
        return f"{file.name} is missing", None
    except OSError as error:
        return f"{file.name} cannot be read ({error.strerror or error})", None


def _mark(status: os.stat_result, file: ModelFile) -> _VerifiedFile:
    changed_ns = status.st_mtime_ns if sys.platform == "win32" else status.st_ctime_ns
    return _VerifiedFile(status.st_size, status.st_ino, changed_ns, file.sha256)


def _read_mark(path: Path) -> dict[str, _VerifiedFile]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _VerifiedFile])
    except (OSError, msgspec.DecodeError):  # every file is hashed again
        return {}


def _write_mark(path: Path, marks: dict[str, _VerifiedFile]) -> None:
    if not Path.home().is_dir():  # nor is one made
        return
    with contextlib.suppress(OSError):  # a read-only cache works as well, but slower
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(marks))
