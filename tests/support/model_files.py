"""Writes CTranslate2 `model.bin` files, as its converters do."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_TYPES = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4, "uint16": 5}
"""Numbers of the element types; unsigned 16-bit integers stand for bfloat16."""


def model_bytes(
    arrays: Mapping[str, Array],
    aliases: Mapping[str, str] | None = None,
    *,
    version: int = 6,
    spec: str = "WhisperSpec",
    revision: int = 3,
) -> bytes:
    """Return the content of a `model.bin`."""
    parts = [struct.pack("<I", version), _text(spec), struct.pack("<II", revision, len(arrays))]
    for name, array in sorted(arrays.items()):
        shape = struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        kind = struct.pack("<BI", _TYPES[array.dtype.name], array.nbytes)
        parts += [_text(name), shape, kind, array.tobytes()]
    parts.append(struct.pack("<I", len(aliases or {})))
    parts += [_text(alias) + _text(name) for alias, name in (aliases or {}).items()]
    return b"".join(parts)


def quantized(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return arrays with matrices of weights as int8, a scale for each row."""
    found: dict[str, Array] = {}
    for name, array in arrays.items():
        if name.endswith("/weight") and array.ndim > 1:
            rows = array.astype(np.float32).reshape(len(array), -1)
            scale = (127 / np.abs(rows).max(axis=1)).astype(np.float32)
            found[name] = np.rint(rows * scale[:, None]).astype(np.int8).reshape(array.shape)
            found[f"{name}_scale"] = scale
        else:
            found[name] = array
    return found


def write_model(folder: Path, content: bytes) -> Path:
    """Write a `model.bin` and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(content)
    return folder


def _text(text: str) -> bytes:
    encoded = text.encode() + b"\0"
    return struct.pack("<H", len(encoded)) + encoded
