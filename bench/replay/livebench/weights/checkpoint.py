"""Writes and reads PyTorch checkpoints without PyTorch.

A checkpoint is a zip: `data.pkl` describes the objects, `data/N` holds the numbers of storage N. Only what
OpenAI's Whisper checkpoints contain is written and read: `dims` and `model_state_dict`.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from livebench.failures import InputFailure
from livebench.weights.model_file import Array
from livebench.weights.whisper import Dimensions, Whisper

_STORAGES = {"<f4": "FloatStorage", "<f2": "HalfStorage"}
_ELEMENTS = {storage: elements for elements, storage in _STORAGES.items()}
_REBUILD = ("torch._utils", "_rebuild_tensor_v2")
_ROOT = "archive"
_ALIGNED_BYTES = 64
"""PyTorch maps files whose storages start at multiples of this."""
_HEADER_BYTES = 30
"""A zip entry's header before its name."""


def write_checkpoint(whisper: Whisper, path: Path) -> None:
    """Write a checkpoint that `torch.load(..., weights_only=True)` and `whisper.load_model` accept.

    Raises:
        OSError: The file cannot be written.
    """
    arrays = [np.ascontiguousarray(weight, _elements(weight)) for weight in whisper.weights.values()]
    described = _Pickle()
    described.mapping(
        {
            "dims": whisper.dimensions.as_dict(),
            "model_state_dict": dict(
                zip(whisper.weights, map(_Tensor, range(len(arrays)), arrays), strict=True)
            ),
        }
    )
    with zipfile.ZipFile(path, "w") as file:
        _write_entry(file, f"{_ROOT}/data.pkl", described.finished())
        _write_entry(file, f"{_ROOT}/byteorder", b"little")
        for number, array in enumerate(arrays):
            _write_entry(file, f"{_ROOT}/data/{number}", array.tobytes())
        _write_entry(file, f"{_ROOT}/version", b"3\n")


def read_checkpoint(path: Path) -> Whisper:
    """Read a checkpoint of a Whisper model; no object other than tensors is built.

    Raises:
        OSError: The file cannot be read.
        InputFailure: It is not such a checkpoint.
    """
    try:
        with zipfile.ZipFile(path) as file:
            described = next(name for name in file.namelist() if name.endswith("/data.pkl"))
            content = _Unpickler(file, described.removesuffix("data.pkl")).load()
        return Whisper(Dimensions(**content["dims"]), dict(content["model_state_dict"]))
    except (zipfile.BadZipFile, StopIteration, pickle.UnpicklingError, KeyError, TypeError) as failure:
        raise InputFailure(f"{path.name} is not a Whisper checkpoint: {failure}") from None


def _elements(weight: Array) -> str:
    return "<f2" if weight.dtype == np.float16 else "<f4"


def _write_entry(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Write an entry whose data starts at an aligned place; the gap is an extra field of the header."""
    entry = zipfile.ZipInfo(name)
    starts = file.start_dir + _HEADER_BYTES + len(name.encode()) + 4
    gap = -starts % _ALIGNED_BYTES
    entry.extra = struct.pack("<2sH", b"FB", gap) + b"Z" * gap
    file.writestr(entry, data)


class _Tensor:
    """A tensor to describe: number of its storage and the array."""

    def __init__(self, number: int, array: Array) -> None:
        self.number = number
        self.array = array


class _Pickle:
    """Writes a pickle (protocol 2) that names PyTorch's classes without importing them."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._out.write(pickle.PROTO + b"\x02")

    def mapping(self, values: Mapping[str, Any]) -> None:
        self._out.write(pickle.EMPTY_DICT + pickle.MARK)
        for name, value in values.items():
            self._value(name)
            self._value(value)
        self._out.write(pickle.SETITEMS)

    def finished(self) -> bytes:
        return self._out.getvalue() + pickle.STOP

    def _value(self, value: object) -> None:
        match value:
            case bool():
                self._out.write(pickle.NEWTRUE if value else pickle.NEWFALSE)
            case int():
                self._out.write(pickle.BININT + struct.pack("<i", value))
            case str():
                encoded = value.encode()
                self._out.write(pickle.BINUNICODE + struct.pack("<I", len(encoded)) + encoded)
            case tuple():
                self._out.write(pickle.MARK)
                self._values(*value)
                self._out.write(pickle.TUPLE)
            case _Tensor():
                self._tensor(value)
            case dict():
                self.mapping(value)
            case _:
                raise TypeError(f"a checkpoint holds no {type(value).__name__}")

    def _values(self, *values: object) -> None:
        for value in values:
            self._value(value)

    def _tensor(self, tensor: _Tensor) -> None:
        """Call `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)`."""
        array = tensor.array
        self._global(*_REBUILD)
        self._out.write(pickle.MARK + pickle.MARK)
        self._value("storage")
        self._global("torch", _STORAGES[_elements(array)])
        self._values(str(tensor.number), "cpu", array.size)
        self._out.write(pickle.TUPLE + pickle.BINPERSID)
        self._values(0, array.shape, tuple(step // array.itemsize for step in array.strides), False)
        self._global("collections", "OrderedDict")
        self._out.write(pickle.EMPTY_TUPLE + pickle.REDUCE + pickle.TUPLE + pickle.REDUCE)

    def _global(self, module: str, name: str) -> None:
        self._out.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())


class _Unpickler(pickle.Unpickler):
    """Builds arrays where the pickle asks for tensors, and refuses everything else."""

    def __init__(self, file: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(file.read(f"{root}data.pkl")))
        self._file = file
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _REBUILD:
            return _array
        if (module, name) == ("collections", "OrderedDict"):
            return dict
        if module == "torch" and name in _ELEMENTS:
            return _ELEMENTS[name]
        raise pickle.UnpicklingError(f"it refers to {module}.{name}")

    def persistent_load(self, pid: Any) -> Array:
        _, elements, key, _, _ = pid
        return np.frombuffer(self._file.read(f"{self._root}data/{key}"), elements)


def _array(
    storage: Array, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> Array:
    steps = [step * storage.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)
