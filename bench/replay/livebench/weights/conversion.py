"""Converts a CTranslate2 folder to the file that another system reads, and keeps it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from livebench.weights.checkpoint import write_checkpoint
from livebench.weights.ggml import write_ggml
from livebench.weights.vocabulary import text_tokens
from livebench.weights.whisper import read_whisper

Format = Literal["ggml", "pytorch"]

SOURCE = "ctranslate2"
SUFFIXES: dict[Format, str] = {"ggml": ".bin", "pytorch": ".pt"}


def convert(folder: Path, out: Path, to: Format) -> None:
    """Write the Whisper model of a CTranslate2 folder in another format; no half-written file is left.

    Args:
        folder: Holds `model.bin` and, for ggml, `tokenizer.json`.
        out: File to write.
        to: Its format.

    Raises:
        OSError: A file cannot be read or written.
        InputFailure: The folder holds no Whisper model that is understood.
    """
    whisper = read_whisper(folder)
    unfinished = out.with_name(out.name + ".part")
    try:
        if to == "ggml":
            write_ggml(whisper, text_tokens(folder), unfinished)
        else:
            write_checkpoint(whisper, unfinished)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def converted(folder: Path, to: Format, kept: Path) -> Path:
    """Return a folder's model in another format, from `kept` if it was converted before.

    Beside it, `ctranslate2` is a link to the folder, for systems that use both.

    Raises:
        OSError: A file cannot be read or written.
        InputFailure: The folder holds no Whisper model that is understood.
    """
    with (folder / "model.bin").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # Systems recognize English models by the end of the file's name.
    out = kept / digest[:16] / f"{folder.name}{SUFFIXES[to]}"
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        convert(folder, out, to)
    _link(out.with_name(SOURCE), folder)
    return out


def _link(place: Path, folder: Path) -> None:
    """Replace a link that does not lead to the folder."""
    if place.resolve() != folder.resolve():
        place.unlink(missing_ok=True)
        place.symlink_to(folder.resolve(), target_is_directory=True)
