"""CTranslate2's binary format, written here byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livebench.failures import InputFailure
from livebench.weights.model_file import read_model_file
from livebench.weights.whisper import read_whisper
from tests.support.model_files import model_bytes, quantized, write_model

ROWS = np.array([[1.0, -0.5, 0.25], [0.0, 2.0, -4.0]], np.float32)


def _read(tmp_path: Path, content: bytes) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    return read_model_file(write_model(tmp_path, content) / "model.bin").arrays


@pytest.mark.parametrize("elements", [np.float16, np.float32])
def test_floats_are_read_as_they_are(tmp_path: Path, elements: type) -> None:
    found = _read(tmp_path, model_bytes({"a/weight": ROWS.astype(elements)}))["a/weight"]
    assert found.dtype == elements
    np.testing.assert_array_equal(found, ROWS)


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    upper = (ROWS.view(np.uint32) >> 16).astype(np.uint16)
    found = _read(tmp_path, model_bytes({"a/weight": upper}))["a/weight"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, ROWS)


def test_int8_weights_are_divided_by_the_scale_of_their_row(tmp_path: Path) -> None:
    found = _read(tmp_path, model_bytes(quantized({"a/weight": ROWS})))
    assert list(found) == ["a/weight"], "scales are applied, not returned"
    np.testing.assert_allclose(found["a/weight"], ROWS, atol=4 / 127 / 2)


def test_int16_weights_are_divided_by_one_scale(tmp_path: Path) -> None:
    stored = {"a/weight": (ROWS * 256).astype(np.int16), "a/weight_scale": np.float32(256)[...]}
    np.testing.assert_array_equal(_read(tmp_path, model_bytes(stored))["a/weight"], ROWS)


def test_an_alias_is_the_array_that_it_names_with_its_scale(tmp_path: Path) -> None:
    stored = quantized({"embeddings/weight": ROWS})
    found = _read(tmp_path, model_bytes(stored, {"projection/weight": "embeddings/weight"}))
    np.testing.assert_array_equal(found["projection/weight"], found["embeddings/weight"])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (model_bytes({"a": ROWS}, version=3), "version 3"),
        (model_bytes({"a": ROWS})[:-20], "truncated|damaged"),
        (model_bytes({"a": ROWS})[:30], "truncated|damaged"),
        (model_bytes({"a": ROWS}) + b"\0", "after its last alias"),
        (model_bytes({"a": ROWS}, {"b": "c"}), "'c'"),
        (model_bytes({"a": ROWS}).replace(b"\x02\x02\0\0\0\x03", b"\x02\x02\0\0\0\x04"), "not its shape"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(InputFailure, match=complaint):
        _read(tmp_path, content)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match="TransformerSpec 7"):
        read_whisper(write_model(tmp_path, model_bytes({"a": ROWS}, spec="TransformerSpec", revision=7)))
    with pytest.raises(InputFailure, match="has no 'decoder/embeddings/weight'"):
        read_whisper(write_model(tmp_path, model_bytes({"a": ROWS})))
