"""Importers: data sets that the user has, as rows with silences.

Silences come from the source where it labels words or silences, else from energy.
"""

from __future__ import annotations

import csv
import hashlib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import soundfile

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import SHORTEST_HOLD_S, Audio, Row, Span, Word, decode_audio, write_rows
from livebench.data.silences import silences
from livebench.failures import InputFailure, MachineFailure

_TURN_PAUSE_S = 1.5
"""A longer silence between a speaker's words ends the turn, where a source labels words only."""
_MARGIN_S = 0.3
_LONGEST_S = 30.0
_NOT_CLEAN = {"noisy", "noisy-mixed", "very-noisy", "derived", "long-silences"}

Found = Iterator[tuple[Row, Audio]]


def import_set(kind: str, source: Path, out: Path) -> int:
    """Write a data set and return its number of rows.

    Args:
        kind: A key of `IMPORTERS`.
        source: Folder or file of the source.
        out: New folder.

    Raises:
        InputFailure: The source is not of this kind, or the folder is not empty.
        MachineFailure: A package that reads it is missing.
    """
    if out.exists() and any(out.iterdir()):
        raise InputFailure(f"{out} is not empty", kept="nothing was written", fix="name a new folder")
    rows = [store(row, samples, out) for row, samples in IMPORTERS[kind](source)]
    if not rows:
        raise InputFailure(f"{source} has nothing of this kind", kept="nothing was written")
    write_rows(out, rows)
    return len(rows)


def store(row: Row, samples: Audio, out: Path) -> Row:
    """Write a row's audio as FLAC and return the row with its path and hash."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{row.id.replace('/', '_')}.flac"
    soundfile.write(file, samples, SAMPLE_RATE, subtype="PCM_16")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return msgspec.structs.replace(row, audio=file.name, sha256=digest)


def from_folder(source: Path) -> Found:
    """Yield recordings of one turn each, with the text in a file of the same name: talk.wav, talk.txt."""
    for text_file in sorted(source.glob("*.txt")):
        for audio_file in sorted(source.glob(f"{text_file.stem}.*")):
            if audio_file.suffix.lower() in (".wav", ".flac", ".ogg", ".mp3"):
                samples = decode_audio(audio_file.read_bytes(), str(audio_file))
                text = " ".join(text_file.read_text(encoding="utf-8").split())
                yield _row(text_file.stem, "en", samples, text, ["own"]), samples


def from_manifest(source: Path) -> Found:
    """Yield the exactly transcribed, clean speech of a folder with manifest.jsonl, up to 30 s each.

    Each line has `id`, `path`, `seconds`, `text`, `kind` ("speech", "tts", …), and may have `tags`,
    `license`, `source`, `transcript_quality` ("gold…" for exact texts) and `speaker`.
    """
    for line in (source / "manifest.jsonl").read_bytes().splitlines():
        clip = msgspec.json.decode(line)
        tags = clip.get("tags") or []
        exact = str(clip.get("transcript_quality") or "gold").startswith("gold")
        if not clip.get("text") or not exact or clip["seconds"] > _LONGEST_S or _NOT_CLEAN & set(tags):
            continue
        if clip["kind"] not in ("speech", "tts", "digits"):
            continue
        samples = decode_audio((source / clip["path"]).read_bytes(), clip["path"])
        row = _row(clip["id"], clip.get("language") or "en", samples, clip["text"], [clip["kind"], *tags])
        yield (
            msgspec.structs.replace(row, licence=clip.get("license") or "", source=clip.get("source") or ""),
            samples,
        )


def from_librispeech(source: Path) -> Found:
    """Yield the utterances of a LibriSpeech folder (CC BY 4.0): *.trans.txt beside FLAC files."""
    for listing in sorted(source.rglob("*.trans.txt")):
        for line in listing.read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition(" ")
            samples = decode_audio((listing.parent / f"{name}.flac").read_bytes(), name)
            row = _row(name, "en", samples, text.capitalize(), ["read", "librispeech"])
            yield msgspec.structs.replace(row, licence="CC-BY-4.0", source="LibriSpeech"), samples


def from_fleurs(source: Path) -> Found:
    """Yield a FLEURS folder (CC BY 4.0), named by its language: test.tsv beside audio/test/*.wav."""
    with (source / "test.tsv").open(encoding="utf-8", newline="") as file:
        for cells in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            audio_file = source / "audio" / "test" / cells[1]
            if audio_file.exists():
                samples = decode_audio(audio_file.read_bytes(), str(audio_file))
                name = f"{source.name}-{audio_file.stem}"
                row = _row(name, source.name[:2], samples, cells[2], ["read", "fleurs"])
                yield msgspec.structs.replace(row, licence="CC-BY-4.0", source="FLEURS"), samples


def from_ami(source: Path) -> Found:
    """Yield the turns of AMI (CC BY 4.0): words/MEETING.X.words.xml, and MEETING.Headset-N.wav."""
    headsets = {file.name: file for file in source.rglob("*.Headset-*.wav")}
    for listing in sorted((source / "words").glob("*.words.xml")):
        meeting, speaker = listing.name.split(".")[:2]
        audio_file = headsets.get(f"{meeting}.Headset-{ord(speaker) - ord('A')}.wav")
        if not audio_file:
            continue
        samples = decode_audio(audio_file.read_bytes(), str(audio_file))
        for number, words in enumerate(_turns(_ami_words(listing)), start=1):
            start_s = max(0.0, words[0].start - _MARGIN_S)
            stop_s = words[-1].end + _MARGIN_S
            part = samples[round(start_s * SAMPLE_RATE) : round(stop_s * SAMPLE_RATE)]
            moved = [Word(word.text, word.start - start_s, word.end - start_s) for word in words]
            row = Row(
                id=f"{meeting}.{speaker}.{number}",
                language="en",
                audio="",
                silence_spans=spans_between(moved, len(part) / SAMPLE_RATE),
                words=moved,
                tags=["conversation", "meeting", "ami"],
                licence="CC-BY-4.0",
                source="AMI",
            )
            yield row, part


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


def spans_between(words: list[Word], length_s: float) -> list[Span]:
    """Return the silences before, between and after words, of at least 0.1 s; the last one always."""
    found, at_s = [], 0.0
    for word in words:
        if word.start - at_s >= SHORTEST_HOLD_S:
            found.append(Span(round(at_s, 3), round(word.start, 3)))
        at_s = max(at_s, word.end)
    return [*found, Span(round(at_s, 3), round(max(at_s, length_s), 3))]


def _turns(words: list[Word]) -> Iterator[list[Word]]:
    turn: list[Word] = []
    for word in words:
        if turn and word.start - turn[-1].end > _TURN_PAUSE_S:
            yield turn
            turn = []
        turn.append(word)
    if turn:
        yield turn


def _ami_words(listing: Path) -> list[Word]:
    words: list[Word] = []
    for element in ElementTree.parse(listing).getroot():
        text = (element.text or "").strip()
        if not element.tag.endswith("w") or not text:
            continue
        if element.get("punc") == "true" and words:
            words[-1] = Word(words[-1].text + text, words[-1].start, words[-1].end)
        elif element.get("starttime") and element.get("endtime"):
            words.append(Word(text, float(element.attrib["starttime"]), float(element.attrib["endtime"])))
    return words


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


def _row(name: str, language: str, samples: Audio, text: str, tags: list[str]) -> Row:
    return Row(id=name, language=language, audio="", silence_spans=silences(samples), text=text, tags=tags)


IMPORTERS: dict[str, Callable[[Path], Found]] = {
    "folder": from_folder,
    "manifest": from_manifest,
    "librispeech": from_librispeech,
    "fleurs": from_fleurs,
    "ami": from_ami,
    "eot-bench": from_eot_bench,
}
