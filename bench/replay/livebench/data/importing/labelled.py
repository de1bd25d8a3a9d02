"""Importer of labels without audio: recordings that the user has are found by their hash.

Labels are the rows of a data set, each with its origin. Those in `livebench/data/labels` come with this
program; `label_files` lists them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from livebench.data.importing.storing import Found
from livebench.data.importing.turns import Cut, part_of
from livebench.data.rows import Row, check_spans, decode_channels, read_rows
from livebench.failures import InputFailure

_SHIPPED = Path(__file__).parent.parent / "labels"


def label_files() -> list[Path]:
    """Return the files of labels that come with this program."""
    return sorted(_SHIPPED.glob("*.jsonl"))


def from_labels(source: Path, *, labels: Path | None) -> Found:
    """Yield the labelled turns of the recordings below a folder.

    Args:
        source: For example a clone of a repository that the labels name.
        labels: Rows with origins as JSON lines; None takes those that come with this program.

    Raises:
        InputFailure: Labels are wrong, or none of their recordings is there.
    """
    rows = [row for file in ([labels] if labels else label_files()) for row in _read(file)]
    wanted = {origin.sha256 for row in rows if (origin := row.origin)}
    files = {
        digest: file
        for file in sorted(source.rglob("*"))
        if file.is_file() and (digest := hashlib.sha256(file.read_bytes()).hexdigest()) in wanted
    }
    if not files:
        places = sorted({origin.clone for row in rows if (origin := row.origin) and origin.clone})
        raise InputFailure(
            f"{source} has no recording that these labels are for",
            kept="nothing was written",
            fix=f"clone one of: {', '.join(places)}" if places else "",
        )
    for digest, file in files.items():
        channels = decode_channels(file.read_bytes(), str(file))
        for row in rows:
            if row.origin and row.origin.sha256 == digest:
                channel = row.origin.channel
                samples = channels.mean(axis=1) if channel is None else channels[:, channel]
                yield row, part_of(samples, Cut(row.origin.start, row.origin.end))


def write_labels(data: Path, out: Path, licence: str, clone: str) -> int:
    """Write the labels of a data set without its audio, and return their number.

    Args:
        data: Folder of the data set.
        out: File to write.
        licence: Of the recordings.
        clone: Address of the public repository that has them.
    """
    rows = [
        msgspec.structs.replace(
            row, audio="", sha256="", licence=licence, origin=msgspec.structs.replace(row.origin, clone=clone)
        )
        for row in read_rows(data)
        if row.origin
    ]
    out.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return len(rows)


def _read(file: Path) -> Sequence[Row]:
    try:
        rows = [
            msgspec.json.decode(line, type=Row) for line in file.read_bytes().splitlines() if line.strip()
        ]
    except (OSError, msgspec.DecodeError) as error:
        raise InputFailure(f"{file} has no labels: {error}", kept="nothing was written") from error
    for row in rows:
        check_spans(row)
    return rows
