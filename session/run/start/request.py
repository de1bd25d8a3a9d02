"""A request for a session: what the user gave on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEFAULT_SOURCES = ("mic=default", "call=monitor")
"""Both parties of a call."""


@dataclass(frozen=True)
class Request:
    """A session as the user requested it."""

    flags: Mapping[str, Mapping[str, Any]]
    """Values given on the command line, by settings table; None means not given."""
    models: Sequence[str] = ()
    """Names of models; names in the catalogue are Whisper's, others the provider's."""
    settings_file: Path | None = None
    vocabulary_file: Path | None = None
    consent: bool = False
    people: str = ""
    """Who takes part, as the command line says."""
    passphrase_file: Path | None = None
    """File with the passphrase of what is encrypted; it is asked for otherwise."""
    ask_key: bool = False
    """Prompt for the providers' keys, for this session alone."""
    default_sources: Sequence[str] = ()
    """Sources to capture if neither the command line nor the settings name one."""
    only_present: bool = False
    """Leave out the default sources that this machine does not have."""
    practises: bool = False
    """The program asks questions, and only the user is captured."""
    true_ends_s: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """True ends of speech by source, where known."""
