"""Reads CTranslate2's `model.bin`: named arrays, dequantized, with aliases resolved.

Layout, little-endian: version, spec name, revision, variables (name, shape, type, bytes), aliases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livebench.failures import InputFailure

Array = NDArray[Any]

VERSIONS = (4, 5, 6)
"""Binary versions that are read; earlier ones name no element type."""

_TYPES = ("<f4", "i1", "<i2", "<i4", "<f2", "<u2")
"""Element types by their number; the last is bfloat16, whose bits are read as unsigned integers."""
_BFLOAT16 = 5
_SCALE = "_scale"


@dataclass(frozen=True)
class ModelFile:
    """A model's variables."""

    spec: str
    """Name of the model's kind, such as `WhisperSpec`."""

    revision: int
    arrays: dict[str, Array]
    """Float16 or float32 weights; scalars keep their type."""


def read_model_file(path: Path) -> ModelFile:
    """Read a `model.bin`.

    Raises:
        OSError: The file cannot be read.
        InputFailure: It is of another version, truncated, or has bytes after its end.
    """
    reader = _Reader(path.read_bytes())
    try:
        if (version := reader.number("I")) not in VERSIONS:
            raise InputFailure(f"model.bin has version {version}; {', '.join(map(str, VERSIONS))} are read")
        spec, revision = reader.text(), reader.number("I")
        stored = dict(reader.variable() for _ in range(reader.number("I")))
        aliases = [(reader.text(), reader.text()) for _ in range(reader.number("I"))]
    except (struct.error, UnicodeDecodeError) as failure:
        raise InputFailure(f"model.bin is damaged: {failure}") from None
    if not reader.is_at_end():
        raise InputFailure("model.bin has bytes after its last alias")
    for alias, name in aliases:
        if name not in stored:
            raise InputFailure(f"model.bin names {name!r}, which it does not hold")
        stored[alias] = stored[name]
        if name + _SCALE in stored:
            stored[alias + _SCALE] = stored[name + _SCALE]
    weights = {name: _dequantized(name, stored) for name in stored if not name.endswith(_SCALE)}
    return ModelFile(spec, revision, weights)


class _Reader:
    """Takes values from a buffer in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, kind: str) -> int:
        value: int = struct.unpack_from(f"<{kind}", self._data, self._at)[0]
        self._at += struct.calcsize(kind)
        return value

    def text(self) -> str:
        """Return a string, which is stored with its length and a zero byte after it."""
        return self._take(self.number("H"))[:-1].decode()

    def variable(self) -> tuple[str, Array]:
        name = self.text()
        shape = [self.number("I") for _ in range(self.number("B"))]
        kind, size = self.number("B"), self.number("I")
        if kind >= len(_TYPES):
            raise InputFailure(f"{name} has the unknown element type {kind}")
        elements = np.dtype(_TYPES[kind])
        if size != elements.itemsize * int(np.prod(shape, dtype=np.int64)):
            raise InputFailure(f"{name} has {size} bytes, which is not its shape {shape}")
        array: Array = np.frombuffer(self._take(size), elements).reshape(shape)
        return name, _from_bfloat16(array) if kind == _BFLOAT16 else array

    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def _take(self, size: int) -> bytes:
        self._at += size
        if self._at > len(self._data):
            raise InputFailure("model.bin is truncated")
        return self._data[self._at - size : self._at]


def _from_bfloat16(bits: Array) -> Array:
    """Return float32 numbers: bfloat16 is the upper half of one."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def _dequantized(name: str, stored: dict[str, Array]) -> Array:
    """Return floats: a quantized array is divided by its scale, which is one number a row or one in all."""
    array, scale = stored[name], stored.get(name + _SCALE)
    if scale is None or array.dtype.kind == "f":
        return array
    rows = scale.astype(np.float32).reshape(scale.shape + (1,) * (array.ndim - scale.ndim))
    return np.asarray(array.astype(np.float32) / (rows if scale.ndim else scale.astype(np.float32)))
