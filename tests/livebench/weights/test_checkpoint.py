"""PyTorch checkpoints, written and read without PyTorch."""

from __future__ import annotations

import pickle
import pickletools
import zipfile
from pathlib import Path

import numpy as np
import pytest

from livebench.failures import InputFailure
from livebench.weights.checkpoint import read_checkpoint, write_checkpoint
from livebench.weights.whisper import Dimensions, Whisper

SMALL = Whisper(
    Dimensions(80, 1500, 4, 1, 0, 9, 8, 4, 1, 0),
    {
        "decoder.token_embedding.weight": np.arange(36, dtype=np.float16).reshape(9, 4),
        "decoder.ln.bias": np.linspace(-1, 1, 4, dtype=np.float32),
        "encoder.conv1.weight": np.arange(24, dtype=np.float32).reshape(4, 2, 3).transpose(0, 2, 1),
    },
)


def test_a_checkpoint_returns_what_was_written(tmp_path: Path) -> None:
    write_checkpoint(SMALL, tmp_path / "small.pt")
    found = read_checkpoint(tmp_path / "small.pt")
    assert found.dimensions == SMALL.dimensions
    assert list(found.weights) == list(SMALL.weights)
    for name, weight in SMALL.weights.items():
        assert found.weights[name].dtype == weight.dtype
        np.testing.assert_array_equal(found.weights[name], weight)


def test_it_names_only_what_a_careful_loader_permits(tmp_path: Path) -> None:
    write_checkpoint(SMALL, tmp_path / "small.pt")
    with zipfile.ZipFile(tmp_path / "small.pt") as file:
        described = file.read("archive/data.pkl")
        assert file.testzip() is None
    names = {argument for code, argument, _ in pickletools.genops(described) if code.name == "GLOBAL"}
    assert names == {
        "torch._utils _rebuild_tensor_v2",
        "torch FloatStorage",
        "torch HalfStorage",
        "collections OrderedDict",
    }


def test_storages_start_at_aligned_places(tmp_path: Path) -> None:
    path = tmp_path / "small.pt"
    write_checkpoint(SMALL, path)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        for entry in file.infolist():
            header = content[entry.header_offset :][:30]
            after_name = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            assert (entry.header_offset + 30 + after_name) % 64 == 0, entry.filename
            assert entry.compress_type == zipfile.ZIP_STORED


def test_a_pickle_that_calls_a_program_is_refused(tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "harm"),))

    path = tmp_path / "harmful.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps({"dims": Harmful()}))
    with pytest.raises(InputFailure, match="it refers to"):
        read_checkpoint(path)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.pt").write_bytes(content)
    with pytest.raises(InputFailure, match=r"other\.pt is not a Whisper checkpoint"):
        read_checkpoint(tmp_path / "other.pt")
