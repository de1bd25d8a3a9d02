"""Plays a stream to systems, forth and back, and writes a run file per round."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from livebench import __version__
from livebench.data.stream import Stream
from livebench.failures import SystemFailure
from livebench.machine import Clock, clocks_ns, this_machine
from livebench.playing.hiding import hideable
from livebench.playing.load import Load, loaded
from livebench.playing.player import Program, play
from livebench.results.figures import figures
from livebench.results.run_file import SCHEMA, Conditions, Run, read_run, run_path, sha256_of, write_run
from livebench.results.run_file import System as RecordedSystem
from livebench.systems.catalogue import converted_weights_directory, interpreter
from livebench.systems.environments import HOMES
from livebench.systems.system import System
from livebench.weights.conversion import converted

ADAPTERS = Path(__file__).parent / "adapters"
_THREADS = "2"
_VERSIONS = (
    "import importlib.metadata as m, json, sys; "
    "print(json.dumps({d.name: d.version for d in m.distributions() if d.name in sys.argv[1:]}))"
)
_IMPORT = re.compile(r"^from (\.+)(\w+) import", re.MULTILINE)
_SHARED = ("ctranslate2", "faster-whisper", "onnxruntime", "torch", "numpy")


@dataclass(frozen=True)
class Trial:
    """One round of one system with one value of its knob."""

    system: System
    knob: str
    round: int
    position: int

    @property
    def arguments(self) -> list[str]:
        """Arguments after the folder of the weights."""
        return [*self.system.arguments, *([self.knob] if self.knob else [])]

    @property
    def label(self) -> str:
        """Its title, and the value of its knob."""
        return f"{self.system.title}, {self.knob}" if self.knob else self.system.title


@dataclass(frozen=True)
class Comparison:
    """Systems, weights and conditions of a comparison."""

    systems: Sequence[System]
    homes: Path
    weights: Path
    """CTranslate2 folder; systems that read another format are given it converted."""
    results: Path
    """Folder of run files; a trial whose file exists is not played again."""
    rounds: int = 1
    sweep: bool = False
    """Play with every value of each system's knob, instead of its default."""
    load: Load = "none"
    data: Path | None = None
    """Folder of the data set, which is hidden from the systems."""


def trials(comparison: Comparison) -> list[Trial]:
    """Return the trials in order: every second round backwards, so that drift hits all alike."""
    variants = [
        (system, f"{system.knob.name}={value}")
        for system in comparison.systems
        if comparison.sweep and system.knob
        for value in system.knob.values
    ]
    variants += [(system, "") for system in comparison.systems if not (comparison.sweep and system.knob)]
    found: list[Trial] = []
    for number in range(comparison.rounds):
        for system, knob in variants if number % 2 == 0 else reversed(variants):
            found.append(Trial(system, knob, number + 1, len(found)))
    return found


def run_all(
    comparison: Comparison, stream: Stream, samples: NDArray[np.int16]
) -> Iterator[tuple[Trial, Run | SystemFailure]]:
    """Play all trials, and yield each with its run or why there is none."""
    with tempfile.TemporaryDirectory() as directory:
        pcm = Path(directory) / "stream.pcm"
        pcm.write_bytes(samples.tobytes())
        for trial in trials(comparison):
            try:
                yield trial, run_one(comparison, trial, stream, pcm)
            except SystemFailure as failure:
                yield trial, failure


def run_one(comparison: Comparison, trial: Trial, stream: Stream, pcm: Path) -> Run:
    """Play one trial and write its run file, or return the run of an earlier file for the same.

    Raises:
        SystemFailure: The system did not start, or printed other lines than those of the contract.
    """
    before = earlier(comparison, trial, stream)
    if before:
        return before
    run = perform(comparison, trial, stream, pcm)
    write_run(comparison.results, run)
    return run


def perform(
    comparison: Comparison,
    trial: Trial,
    stream: Stream,
    pcm: Path,
    *,
    packed: bool = False,
    calibration_ms: float = 0.0,
    node_class: str = "",
    cores: Sequence[int] = (),
) -> Run:
    """Play one trial and return everything that was observed; nothing is written.

    Args:
        comparison: Systems and conditions.
        trial: What to play.
        stream: Its stream.
        pcm: The samples.
        packed: Other trials run beside it.
        calibration_ms: Duration of a fixed computation before it.
        node_class: What the nodes of a cluster have in common.
        cores: Numbers of the cores that this process is pinned to.

    Raises:
        SystemFailure: The system did not start, or printed other lines than those of the contract.
    """
    command = [*command_of(comparison, trial.system), *trial.arguments]
    hidden = _hidden(comparison, command, pcm)
    program = Program(
        title=trial.label,
        command=command,
        hidden=hidden,
        environment={"OMP_NUM_THREADS": _THREADS, "HF_HUB_OFFLINE": "1"},
        folder=None if trial.system.command else ADAPTERS,
    )
    started, began = datetime.now(UTC), clocks_ns()
    with loaded(comparison.load) as busy:
        observed = play(program, pcm)
        load_cores = busy.cores
    ended = clocks_ns()
    clock = Clock(monotonic_ns=(began[0], ended[0]), boottime_ns=(began[1], ended[1]))
    return Run(
        schema=SCHEMA,
        tool=__version__,
        commit=checkout(),
        started=started.isoformat(timespec="seconds"),
        machine=this_machine(),
        stream=stream,
        system=recorded_system(comparison, trial),
        conditions=Conditions(
            round=trial.round,
            position=trial.position,
            load=comparison.load,
            load_cores=load_cores,
            packed=packed,
            calibration_ms=calibration_ms,
            node_class=node_class,
            pinned=list(cores),
            data_hidden=bool(hidden),
        ),
        clock=clock,
        observed=observed,
        figures=figures(
            stream,
            observed,
            clock,
            load_cores=load_cores,
            commits_words=trial.system.commits_words,
            packed=packed,
        ),
    )


def _hidden(comparison: Comparison, command: Sequence[str], pcm: Path) -> list[Path]:
    """Return the folders of labels, texts and audio, if the system needs nothing in them."""
    folders = [pcm.parent, comparison.results, *([comparison.data] if comparison.data else [])]
    return hideable(folders, [comparison.weights, *(Path(word) for word in command if Path(word).is_file())])


def earlier(
    comparison: Comparison, trial: Trial, stream: Stream, *, here: bool = True, packed: bool = False
) -> Run | None:
    """Return the run of this trial that an earlier call wrote, if it counts.

    Args:
        comparison: Where its file would be.
        trial: The trial.
        stream: What is played.
        here: It must have run on this kind of machine; a cluster has others.
        packed: It shared a node; only its words count then.
    """
    system = recorded_system(comparison, trial)
    path = run_path(comparison.results, system, stream, comparison.load, trial.round)
    if not path.exists():
        return None
    run = read_run(path)
    same = (run.stream, run.system, run.commit) == (stream, system, checkout())
    same = same and run.conditions.packed == packed and (not here or run.machine == this_machine())
    return run if same and (packed or not run.figures.void) else None


def recorded_system(comparison: Comparison, trial: Trial) -> RecordedSystem:
    """Return what a run file says of the system of a trial, as it is installed here."""
    system = trial.system
    own = system.own_weights
    return RecordedSystem(
        name=system.name,
        title=system.title,
        arguments=trial.arguments,
        knob=trial.knob,
        commits_words=system.commits_words,
        ends_only=system.ends_only,
        versions=_versions_of(comparison, system),
        adapter_sha256=sha256_of(files_of(system), " ".join(system.command)),
        weights="its own" if own else comparison.weights.name,
        weights_sha256="" if own else _weights_sha256(comparison.weights),
    )


def command_of(comparison: Comparison, system: System) -> list[str]:
    """Return the command that starts a system, with the weights in the format that it reads."""
    weights = comparison.weights
    if system.reads != "ctranslate2":
        weights = converted(weights, system.reads, converted_weights_directory())
    if system.command:
        return [*system.command, str(weights)]
    python = interpreter(system.home, comparison.homes)
    return [str(python), "-m", f"adapters.{system.adapter}", str(weights)]


def files_of(system: System) -> list[Path]:
    """Return the files of a program, or an adapter and what it imports from here."""
    if system.command:
        return [Path(word) for word in system.command if Path(word).is_file()]
    own = ADAPTERS.joinpath(*system.adapter.split(".")).with_suffix(".py")
    imported = sorted(set(_IMPORT.findall(own.read_text(encoding="utf-8"))))
    return [own, *(own.parents[len(dots) - 1] / f"{name}.py" for dots, name in imported)]


def _versions_of(comparison: Comparison, system: System) -> dict[str, str]:
    if system.command:
        return {system.name: system.version} if system.version else {}
    return _versions(interpreter(system.home, comparison.homes), HOMES[system.home].package)


@cache
def _versions(python: Path, package: str) -> dict[str, str]:
    command = [str(python), "-c", _VERSIONS, package, *_SHARED]
    ended = subprocess.run(command, capture_output=True, check=False)
    return msgspec.json.decode(ended.stdout, type=dict[str, str]) if ended.returncode == 0 else {}


@cache
def _weights_sha256(folder: Path) -> str:
    return sha256_of(sorted(file for file in folder.iterdir() if file.is_file()))


@cache
def checkout() -> str:
    """Return the commit of the checkout that this file is in, with "+" if it was changed; or nothing."""
    place = Path(__file__).parent
    git = ["git", "-C", str(place)]
    found = subprocess.run(
        [*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        return ""
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, check=False).stdout
    return found.stdout.strip() + ("+" if changed else "")


def print_progress(what: str) -> None:
    """Print a line for people who wait."""
    print(f"livebench: {what}", file=sys.stderr, flush=True)
