"""Catalogue of systems: their packages, adapters, and the knob that each is swept over."""

from __future__ import annotations

import importlib.metadata
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from livebench.failures import UsageFailure


@dataclass(frozen=True)
class Environment:
    """An environment that holds a system."""

    package: str
    """The distribution that, if it is installed beside this program, makes an own environment unnecessary."""
    installs: tuple[tuple[str, ...], ...]
    """Arguments of `pip install`, one call after another."""
    needs: str = ""
    """Requirements that pip cannot install."""


@dataclass(frozen=True)
class Knob:
    """The setting that trades latency for cuts."""

    name: str
    values: tuple[str, ...]
    """From fast to patient."""


@dataclass(frozen=True)
class System:
    """One row of the results."""

    name: str
    title: str
    home: str
    """Name of its environment."""
    adapter: str
    """A module of `livebench.adapters`."""
    arguments: tuple[str, ...] = ()
    """Arguments after the folder of the weights."""
    commits_words: bool = False
    """It commits single words and has no utterances, so cuts mean nothing."""
    own_weights: bool = False
    """It has a model of its own, so its words are not comparable at equal weights."""
    knob: Knob | None = None
    """Passed as one more argument, `name=value`."""
    command: tuple[str, ...] = ()
    """A program instead of an adapter and an environment."""


_TORCH = "torch==2.13.0"

HOMES = {
    "cuecard": Environment("cuecard", (("cuecard",),)),
    "realtimestt": Environment(
        "RealtimeSTT",
        (("RealtimeSTT[faster-whisper,silero-onnx-cpu]==1.1.2", _TORCH),),
        needs="Python 3.11 or 3.12, a C compiler and portaudio19-dev (its PyAudio has no wheel for Linux)",
    ),
    "whisperlive": Environment(
        "whisper-live",
        (
            # Its full list includes OpenVINO and CUDA, for backends that are not used here.
            ("--no-deps", "whisper-live==0.10.0"),
            (
                "faster-whisper==1.2.0",
                _TORCH,
                "requests",
                "websockets",
                "fastapi",
                "uvicorn",
                "python-multipart",
                "scipy",
            ),
        ),
    ),
    "whisperlivekit": Environment("whisperlivekit", (("whisperlivekit==0.2.26", _TORCH),)),
    "moonshine": Environment("moonshine-voice", (("moonshine-voice==0.1.0",),)),
    "faster-whisper": Environment("faster-whisper", (("faster-whisper==1.2.1",),)),
}

SYSTEMS = (
    System(
        "cuecard",
        "Cuecard",
        "cuecard",
        "cuecard",
        knob=Knob("endpointing", ("snappy", "balanced", "patient")),
    ),
    System(
        "realtimestt",
        "RealtimeSTT 1.1.2, defaults",
        "realtimestt",
        "realtime_stt",
        knob=Knob("wait_s", ("0.2", "0.4", "0.6", "1.0")),
    ),
    System(
        "realtimestt-tuned",
        "RealtimeSTT 1.1.2, tuned",
        "realtimestt",
        "realtime_stt",
        ("tuned",),
        knob=Knob("wait_s", ("0.2", "0.3", "0.6", "1.0")),
    ),
    System("whisperlive", "WhisperLive 0.10.0", "whisperlive", "live_server"),
    System(
        "whisperlivekit",
        "WhisperLiveKit 0.2.26, LocalAgreement",
        "whisperlivekit",
        "local_agreement",
        commits_words=True,
    ),
    System("moonshine", "Moonshine Voice 0.1.0, its tiny model", "moonshine", "moonshine", own_weights=True),
    System(
        "faster-whisper",
        "faster-whisper 1.2.1 after a fixed wait",
        "faster-whisper",
        "fixed_wait",
        knob=Knob("wait_s", ("0.2", "0.4", "0.6", "1.0")),
    ),
)


def chosen(names: list[str]) -> list[System]:
    """Return the named systems, or all.

    Raises:
        UsageFailure: A name is unknown.
    """
    known = {system.name: system for system in SYSTEMS}
    if unknown := sorted(set(names) - set(known)):
        raise UsageFailure(f"there is no system {unknown[0]!r}", fix=f"choose of {', '.join(known)}")
    return [system for system in SYSTEMS if not names or system.name in names]


def own_system(text: str) -> System:
    """Return the system of `NAME=COMMAND`.

    Raises:
        UsageFailure: It has no name or no command.
    """
    name, _, command = text.partition("=")
    words = tuple(shlex.split(command))
    if not name.isidentifier() or not words:
        raise UsageFailure(f"{text!r} is no program", fix='write NAME=COMMAND, as in mine="python mine.py"')
    return System(name, name, "", "", command=words)


def environments_directory() -> Path:
    """Return the default folder of the environments."""
    return Path(platformdirs.user_cache_dir("livebench", appauthor=False)) / "systems"


def is_here(home: str) -> bool:
    """Tell whether a system is installed beside this program."""
    try:
        importlib.metadata.version(HOMES[home].package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def interpreter(home: str, directory: Path) -> Path:
    """Return the Python that runs a system: that of its environment, or this one if it is installed here."""
    own = directory / home / "bin" / "python"
    return own if own.exists() or not is_here(home) else Path(sys.executable)
