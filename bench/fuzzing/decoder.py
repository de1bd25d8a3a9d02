"""Fuzz target: bytes in, a result or one of its own failures out.

`bench.fuzzing.table` lists all of them.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MESSAGE_LIMIT_S, FILE_LIMIT_S = 0.25, 2.0
"""Processor time limit of one input; more is a hang."""

Shape = Literal["bytes", "json", "msgpack", "lines"]
"""Formats that mutations know."""

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "fuzz" / "corpus"
"""One folder per decoder: seeds, and every input that ever failed."""


class Forged(Exception):
    """A decoder accepted a forgery."""


@dataclass(frozen=True)
class Decoder:
    """One entry point for external bytes."""

    name: str
    read: Callable[[bytes], object]
    """Raises `Forged` if it accepted a forgery."""
    refusals: tuple[type[Exception], ...]
    """Failures it may raise; anything else is a fault."""
    seeds: Callable[[], Sequence[bytes]]
    """Valid inputs to start from, in addition to the corpus."""
    words: Sequence[bytes] = ()
    """Tokens of the format."""
    shape: Shape = "bytes"
    limit_s: float = MESSAGE_LIMIT_S
    weight: float = 1.0
    """Share of the inputs relative to other decoders; small for slow ones."""
    largest_bytes: int = 1 << 16
    """Size limit of a mutated input."""
    with_sums: Callable[[bytes], bytes] = bytes
    """Corrects the checksums of a changed input, if readers check nothing else before."""

    def all_seeds(self) -> list[bytes]:
        """Return the seeds: its own, and the corpus if the repository is available."""
        folder = CORPUS / self.name
        kept = [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []
        return [*self.seeds(), *kept]


def from_file(read: Callable[[Path], object], suffix: str) -> Callable[[bytes], object]:
    """Return the reader of a file as a reader of bytes."""

    @functools.cache
    def place() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="cuecard-fuzz-"))
        _folders.append(folder)
        return folder / f"input{suffix}"

    def read_bytes(body: bytes) -> object:
        place().write_bytes(body)
        return read(place())

    return read_bytes


_folders: list[Path] = []


def forget_files() -> None:
    """Remove the files that `from_file` wrote."""
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
