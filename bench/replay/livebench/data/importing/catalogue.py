"""Lists the importers, and writes what one finds as a data set."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from livebench.data.importing.ami import from_ami
from livebench.data.importing.calls import from_calls
from livebench.data.importing.eot_bench import from_eot_bench
from livebench.data.importing.harper_valley import from_harper_valley
from livebench.data.importing.labelled import from_labels
from livebench.data.importing.mixed import from_rttm
from livebench.data.importing.read_speech import from_fleurs, from_folder, from_librispeech, from_manifest
from livebench.data.importing.storing import Found, store
from livebench.data.rows import write_rows
from livebench.failures import InputFailure


def importers(
    weights: Path | None = None, language: str = "en", labels: Path | None = None
) -> dict[str, Callable[[Path], Found]]:
    """Return the importers by name.

    Args:
        weights: A CTranslate2 Whisper folder, for recordings without words.
        language: Of recordings that do not say it.
        labels: File of labels for `labelled`; None takes those that come with this program.
    """
    return {
        "folder": from_folder,
        "manifest": from_manifest,
        "librispeech": from_librispeech,
        "fleurs": from_fleurs,
        "ami": from_ami,
        "eot-bench": from_eot_bench,
        "harper-valley": from_harper_valley,
        "calls": partial(from_calls, weights=weights, language=language),
        "rttm": partial(from_rttm, weights=weights, language=language),
        "labelled": partial(from_labels, labels=labels),
    }


KINDS = tuple(importers())


def import_set(importer: Callable[[Path], Found], source: Path, out: Path) -> int:
    """Write a data set and return its number of rows.

    Args:
        importer: A value of `importers`.
        source: Folder or file of the source.
        out: New folder.

    Raises:
        InputFailure: The source is not of this kind, or the folder is not empty.
        MachineFailure: A package that reads it is missing.
    """
    if out.exists() and any(out.iterdir()):
        raise InputFailure(f"{out} is not empty", kept="nothing was written", fix="name a new folder")
    rows = [store(row, samples, out) for row, samples in importer(source)]
    if not rows:
        raise InputFailure(f"{source} has nothing of this kind", kept="nothing was written")
    write_rows(out, rows)
    return len(rows)
