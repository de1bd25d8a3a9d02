"""A run file: everything observed in one round of one system, as JSON.

Every figure is computed from it, so that others can recompute what was printed (`livebench check`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from livebench.data.stream import Stream
from livebench.failures import InputFailure
from livebench.machine import Clock, Machine
from livebench.playing.player import Performance
from livebench.results.figures import Figures

SCHEMA = "livebench-run-1"
PRINTED = "printed-"
"""First part of the names of stored tables, which lie beside run files."""


class System(msgspec.Struct, frozen=True, kw_only=True):
    """The system that was played to."""

    name: str
    title: str
    arguments: list[str]
    knob: str = ""
    """The value of its own knob in a sweep."""
    commits_words: bool = False
    ends_only: bool = False
    """It judges turns and has no words."""
    versions: dict[str, str]
    """Packages of its environment."""
    adapter_sha256: str
    weights: str
    """Name of the folder of weights."""
    weights_sha256: str


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """Circumstances of the round."""

    round: int
    position: int
    """Its place in the order of all rounds of the comparison."""
    load: str
    """Other programs beside the system: none, one, both60."""
    load_cores: float
    """CPU seconds a second that they took."""
    packed: bool = False
    """Other trials ran beside it, so its latencies do not count."""
    calibration_ms: float = 0.0
    """Duration of a fixed computation before the round; 0 if it was not measured."""
    node_class: str = ""
    """Nodes of a cluster that calibrate alike; only their rounds are pooled."""
    pinned: list[int] = []
    """Numbers of the cores that its processes were pinned to; empty if they were not."""
    data_hidden: bool = False
    """The system could not read the data set, the stream and earlier results from the disk."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a run file."""

    schema: str
    tool: str
    """Version of this program."""
    commit: str
    """Of the checkout that measured, if there is one."""
    started: str
    """Date and time, UTC, ISO 8601."""
    machine: Machine
    stream: Stream
    system: System
    conditions: Conditions
    clock: Clock
    observed: Performance
    figures: Figures


def run_path(folder: Path, system: System, stream: Stream, load: str, number: int) -> Path:
    """Return the path of the run file of a round."""
    parts = [system.name, *([system.knob] if system.knob else []), stream.sha256[:8]]
    parts += [*([system.weights_sha256[:6]] if system.weights_sha256 else []), load, str(number)]
    return folder / ("-".join(parts).replace("/", "_").replace("=", "_") + ".json")


def write_run(folder: Path, run: Run) -> Path:
    """Write a run file and return its path; stored tables with the run that it replaces are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = run_path(folder, run.system, run.stream, run.conditions.load, run.conditions.round)
    if path.exists():
        replaced = hash_of(read_run(path))
        for table in folder.glob(f"{PRINTED}*.json"):
            if replaced in table.read_text(encoding="utf-8"):
                table.unlink()
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(run) + b"\n")
    part.replace(path)
    return path


def hash_of(run: Run) -> str:
    """Return the SHA-256 of a run without its figures, which are computed from the rest."""
    read = msgspec.json.decode(msgspec.json.encode(run), type=Run)  # numbers have their final types
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(read, figures=None))).hexdigest()


def read_run(path: Path) -> Run:
    """Return the content of a run file.

    Raises:
        InputFailure: It is no run file of this version.
    """
    try:
        run = msgspec.json.decode(path.read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError) as error:
        raise InputFailure(f"{path} is no run file: {error}", kept="nothing was changed") from error
    if run.schema != SCHEMA:
        raise InputFailure(f"{path} has the schema {run.schema!r}, this program reads {SCHEMA!r}")
    return run


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return the run files among paths, and those below folders, in order of their names.

    Raises:
        InputFailure: There is no file.
    """
    files: list[Path] = []
    for path in paths:
        files += sorted(path.rglob("*.json")) if path.is_dir() else [path]
    files = [file for file in files if not file.name.startswith(PRINTED)]
    if not files:
        raise InputFailure("there is no run file", fix="livebench run … --results FOLDER writes them")
    return files


def read_runs(paths: Iterable[Path]) -> list[Run]:
    """Return the runs of files and folders.

    Raises:
        InputFailure: A file is no run file, or there is no file.
    """
    return [read_run(file) for file in files_of(paths)]


def sha256_of(files: Iterable[Path], text: str = "") -> str:
    """Return one hash of a text and several files' contents, in this order."""
    digest = hashlib.sha256(text.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
