"""Writes variants of a data set, so that one set covers several conditions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import msgspec
import numpy as np

from livebench.data.importing.storing import store
from livebench.data.rows import Audio, Row, decode_audio, read_audio, read_rows, write_rows
from livebench.data.variants import in_noise, telephone, whispered, with_longer_holds
from livebench.failures import InputFailure, UsageFailure

Variant = Literal["plain", "telephone", "noise", "whispered", "holds"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)

_SNR_DB = (5.0, 20.0)
_LONGEST_HOLD_S = 1.5


def vary(source: Path, out: Path, variants: Sequence[Variant], noise: Path | None, seed: int) -> int:
    """Write each row in each variant, and return the number of rows written.

    Args:
        source: A data set of clean turns.
        out: New folder.
        variants: "plain" copies the row; "holds" leaves out rows without inner silence.
        noise: Folder of recordings for "noise".
        seed: Of noise, ratios and lengths.

    Raises:
        InputFailure: The source cannot be read, or the folder is not empty.
        UsageFailure: Noise is wanted and there is no folder of it.
    """
    if out.exists() and any(out.iterdir()):
        raise InputFailure(f"{out} is not empty", kept="nothing was written", fix="name a new folder")
    noises = _read_noises(noise) if "noise" in variants else []
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    for row in read_rows(source):
        samples = read_audio(source, row)
        for variant in variants:
            made = _made(variant, row, samples, noises, chance)
            if made:
                changed, audio = made
                name = row.id if variant == "plain" else f"{row.id}-{variant}"
                tags = [*row.tags, *([] if variant == "plain" else [variant])]
                origin = row.origin if variant == "plain" else None
                named = msgspec.structs.replace(changed, id=name, tags=tags, origin=origin)
                rows.append(store(named, audio, out))
    write_rows(out, rows)
    return len(rows)


def _made(
    variant: Variant, row: Row, samples: Audio, noises: Sequence[Audio], chance: np.random.Generator
) -> tuple[Row, Audio] | None:
    match variant:
        case "plain":
            return row, samples
        case "telephone":
            return row, telephone(samples)
        case "whispered":
            return row, whispered(samples, chance)
        case "noise":
            noise = noises[int(chance.integers(0, len(noises)))]
            return row, in_noise(samples, noise, float(chance.uniform(*_SNR_DB)), chance)
        case "holds":
            return with_longer_holds(row, samples, _LONGEST_HOLD_S, chance) if row.holds else None


def _read_noises(folder: Path | None) -> list[Audio]:
    if folder is None:
        raise UsageFailure("the variant noise needs recordings of it", fix="add --noise FOLDER")
    files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in (".wav", ".flac", ".ogg")]
    if not files:
        raise InputFailure(f"{folder} has no recordings", kept="nothing was written")
    return [decode_audio(file.read_bytes(), str(file)) for file in files]
