"""What a decoder is to the one who fuzzes it: bytes in, an answer or one of its own failures out.

Knows no format. `bench.fuzzing.table` lists the decoders there are.
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
"""How much processor time one input may take; more is a hang."""

Shape = Literal["bytes", "json", "msgpack", "lines"]
"""What a mutation may know of the format."""

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "fuzz" / "corpus"
"""One folder a decoder: seeds, and every input that ever failed."""


class Forged(Exception):
    """A decoder took for ours what is not."""


@dataclass(frozen=True)
class Decoder:
    """One way for bytes to get in."""

    name: str
    read: Callable[[bytes], object]
    """Raises `Forged` when it was fooled."""
    refusals: tuple[type[Exception], ...]
    """What it may raise; anything else is a fault."""
    seeds: Callable[[], Sequence[bytes]]
    """Sound inputs to start from, beside those of the corpus."""
    words: Sequence[bytes] = ()
    """What the format is made of."""
    shape: Shape = "bytes"
    limit_s: float = MESSAGE_LIMIT_S
    weight: float = 1.0
    """Its share of the inputs beside that of the others; small for what is slow."""
    largest_bytes: int = 1 << 16
    """Of a mutated input."""
    with_sums: Callable[[bytes], bytes] = bytes
    """Mends the check sums of an input that was changed, where readers look at nothing else before."""

    def all_seeds(self) -> list[bytes]:
        """Return the seeds: its own, and the corpus where the repository is there."""
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
    """Remove what `from_file` wrote."""
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
