"""A system under test: environment, adapter, knob, and whether it was ever run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
    """With the version that its environment pins."""
    home: str
    """Name of its environment."""
    adapter: str
    """A module of `livebench.adapters`, with dots."""
    arguments: tuple[str, ...] = ()
    """Arguments after the weights."""
    reads: Literal["ctranslate2", "ggml", "pytorch"] = "ctranslate2"
    """Format of the weights that its adapter is given."""
    commits_words: bool = False
    """It commits single words and has no utterances, so cuts mean nothing."""
    ends_only: bool = False
    """It judges turns and has no words."""
    own_weights: bool = False
    """It has a model of its own, so its words are not comparable at equal weights."""
    variable: str = ""
    """Environment variable that must be set: the user's key, or the folder of a model."""
    is_cloud: bool = False
    """It sends the audio to a service, so it is played to only by name."""
    knob: Knob | None = None
    """Passed as one more argument, `name=value`."""
    command: tuple[str, ...] = ()
    """A program instead of an adapter and an environment."""
    version: str = ""
    """Of the program, as its author declares it."""
    unrun: str = ""
    """Why its adapter was never run by the authors; empty if it was."""
