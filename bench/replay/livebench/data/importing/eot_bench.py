"""Importer of livekit/eot-bench-data, whose schema the data sets of this program have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from livebench.data.importing.storing import Found
from livebench.data.rows import Row, Span, Word, decode_audio
from livebench.failures import MachineFailure


def from_eot_bench(source: Path) -> Found:
    """Yield the rows of livekit/eot-bench-data (Apache-2.0): parquet files below a folder, or one."""
    for table in _parquet(source):
        for cells in table:
            yield eot_bench_row(cells), decode_audio(cells["audio"]["bytes"], str(cells["id"]))


def eot_bench_row(cells: Mapping[str, Any]) -> Row:
    """Return a row of eot-bench-data, whose words are named `text` or `word`."""
    words = cells.get("words") or []
    return Row(
        id=str(cells["id"]),
        language=str(cells["language"]),
        audio="",
        silence_spans=[Span(float(span["start"]), float(span["end"])) for span in cells["silence_spans"]],
        words=[
            Word(str(word.get("text", word.get("word", ""))), float(word["start"]), float(word["end"]))
            for word in words
        ],
        tags=["conversation", "eot-bench"],
        licence="Apache-2.0",
        source="livekit/eot-bench-data",
    )


def _parquet(source: Path) -> Iterator[list[dict[str, Any]]]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise MachineFailure(
            "pyarrow is missing, which reads parquet files",
            kept="nothing was written",
            fix="pip install pyarrow",
        ) from error
    for file in sorted(source.rglob("*.parquet")) if source.is_dir() else [source]:
        yield parquet.read_table(file).to_pylist()
