"""Writes the `.bin` that whisper.cpp reads: sizes, mel filters, vocabulary, weights."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from livebench.weights.mel import mel_filters
from livebench.weights.model_file import Array
from livebench.weights.whisper import Whisper

_MAGIC = 0x67676D6C
_FLOAT32, _FLOAT16 = 0, 1
_POSITIONS = ("encoder.positional_embedding", "decoder.positional_embedding")
_CONVOLUTIONS = ("encoder.conv1.bias", "encoder.conv2.bias")


def write_ggml(whisper: Whisper, tokens: Sequence[bytes], path: Path) -> None:
    """Write a model; matrices become float16, everything else float32, as whisper.cpp expects.

    Raises:
        OSError: The file cannot be written.
    """
    sizes = whisper.dimensions
    with path.open("wb") as file:
        _write_numbers(
            file,
            _MAGIC,
            sizes.n_vocab,
            sizes.n_audio_ctx,
            sizes.n_audio_state,
            sizes.n_audio_head,
            sizes.n_audio_layer,
            sizes.n_text_ctx,
            sizes.n_text_state,
            sizes.n_text_head,
            sizes.n_text_layer,
            sizes.n_mels,
            _FLOAT16,
        )
        filters = mel_filters(sizes.n_mels)
        _write_numbers(file, *filters.shape)
        file.write(filters.astype("<f4").tobytes())
        _write_numbers(file, len(tokens))
        for token in tokens:
            _write_numbers(file, len(token))
            file.write(token)
        for name, weight in whisper.weights.items():
            _write_weight(file, name, weight)


def _write_weight(file: BinaryIO, name: str, weight: Array) -> None:
    """Write name, shape from the innermost dimension on, type and data."""
    is_matrix = weight.ndim > 1 and name not in _POSITIONS
    if name in _CONVOLUTIONS:
        weight = weight[:, None]
    data = np.ascontiguousarray(weight, "<f2" if is_matrix else "<f4")
    encoded = name.encode()
    _write_numbers(file, data.ndim, len(encoded), _FLOAT16 if is_matrix else _FLOAT32)
    _write_numbers(file, *reversed(data.shape))
    file.write(encoded)
    file.write(data.tobytes())


def _write_numbers(file: BinaryIO, *numbers: int) -> None:
    file.write(struct.pack(f"<{len(numbers)}i", *numbers))
