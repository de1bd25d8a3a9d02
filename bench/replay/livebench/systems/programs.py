"""Adapters of your own: `NAME=COMMAND`, or a TOML file that declares more."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from livebench.failures import InputFailure, UsageFailure
from livebench.systems.catalogue import SYSTEMS
from livebench.systems.system import Knob, System


class DeclaredKnob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The setting that trades latency for cuts; the program gets it as `name=value` after the weights."""

    name: Annotated[str, msgspec.Meta(pattern=r"^\w+$")]
    values: Annotated[list[str | int | float], msgspec.Meta(min_length=1)]
    """From fast to patient."""


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of the TOML file."""

    name: str
    command: str
    """Its files are found from the folder of the TOML file."""
    title: str = ""
    version: str = ""
    finals: Literal["utterances", "words", "none"] = "utterances"
    """What a final contains: an utterance, or words that it commits one by one; none for a judge of turns."""
    weights: Literal["ctranslate2", "ggml", "pytorch", "own"] = "ctranslate2"
    """Format that it reads; with its own, its words are not comparable."""
    knob: DeclaredKnob | None = None


def own_system(text: str) -> System:
    """Return the system of `NAME=COMMAND` or of a TOML file.

    Raises:
        UsageFailure: It has no name or no command, or the name is that of another system.
        InputFailure: The file cannot be read, or it has another field or value.
    """
    if text.endswith(".toml"):
        return _system(_declaration(Path(text)), Path(text).absolute().parent)
    name, _, command = text.partition("=")
    return _system(Declaration(name, command), Path.cwd())


def _declaration(path: Path) -> Declaration:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Declaration)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputFailure(f"{path} declares no program: {error}", kept="nothing was played") from error


def _system(declared: Declaration, folder: Path) -> System:
    words = tuple(shlex.split(declared.command))
    if not declared.name.isidentifier() or not words:
        raise UsageFailure(
            f"{declared.name!r} is no program", fix='write NAME=COMMAND, as in mine="python mine.py"'
        )
    if declared.name in {each.name for each in SYSTEMS}:
        raise UsageFailure(f"{declared.name!r} is a system of the catalogue", fix="choose another name")
    knob = declared.knob
    return System(
        declared.name,
        declared.title or declared.name,
        "",
        "",
        reads="ctranslate2" if declared.weights == "own" else declared.weights,
        commits_words=declared.finals == "words",
        ends_only=declared.finals == "none",
        own_weights=declared.weights == "own",
        knob=Knob(knob.name, tuple(map(str, knob.values))) if knob else None,
        command=tuple(_with_folder(word, folder) for word in words),
        version=declared.version,
    )


def _with_folder(word: str, folder: Path) -> str:
    """Return the full path of a file; links stay, because an environment's Python is one."""
    return str((folder / word).absolute()) if (folder / word).is_file() else word
