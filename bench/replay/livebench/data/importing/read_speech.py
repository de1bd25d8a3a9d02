"""Importers of read speech: own recordings, manifests, LibriSpeech and FLEURS."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec

from livebench.data.importing.storing import Found, row_by_energy
from livebench.data.rows import decode_audio

_LONGEST_S = 30.0
_NOT_CLEAN = {"noisy", "noisy-mixed", "very-noisy", "derived", "long-silences"}


def from_folder(source: Path) -> Found:
    """Yield recordings of one turn each, with the text in a file of the same name: talk.wav, talk.txt."""
    for text_file in sorted(source.glob("*.txt")):
        for audio_file in sorted(source.glob(f"{text_file.stem}.*")):
            if audio_file.suffix.lower() in (".wav", ".flac", ".ogg", ".mp3"):
                samples = decode_audio(audio_file.read_bytes(), str(audio_file))
                text = " ".join(text_file.read_text(encoding="utf-8").split())
                yield row_by_energy(text_file.stem, "en", samples, text, ["own"]), samples


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
        row = row_by_energy(
            clip["id"], clip.get("language") or "en", samples, clip["text"], [clip["kind"], *tags]
        )
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
            row = row_by_energy(name, "en", samples, text.capitalize(), ["read", "librispeech"])
            yield msgspec.structs.replace(row, licence="CC-BY-4.0", source="LibriSpeech"), samples


def from_fleurs(source: Path) -> Found:
    """Yield a FLEURS folder (CC BY 4.0), named by its language: test.tsv beside audio/test/*.wav."""
    with (source / "test.tsv").open(encoding="utf-8", newline="") as file:
        for cells in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            audio_file = source / "audio" / "test" / cells[1]
            if audio_file.exists():
                samples = decode_audio(audio_file.read_bytes(), str(audio_file))
                name = f"{source.name}-{audio_file.stem}"
                row = row_by_energy(name, source.name[:2], samples, cells[2], ["read", "fleurs"])
                yield msgspec.structs.replace(row, licence="CC-BY-4.0", source="FLEURS"), samples
