"""Converted weights compute what CTranslate2 computes, with real weights on the shipped recording."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
import platformdirs
import pytest
import soundfile
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

import session
from livebench.weights.checkpoint import read_checkpoint
from livebench.weights.conversion import convert, converted
from livebench.weights.forward import logits
from livebench.weights.mel import mel_filters
from livebench.weights.model_file import read_model_file
from livebench.weights.vocabulary import text_tokens
from livebench.weights.whisper import Whisper, read_whisper
from session.models import store
from tests.support.model_files import model_bytes, quantized, write_model

Floats = NDArray[np.float32]

PROMPT = (50257, 50362)
"""Start of a transcript and no times, in the vocabulary of the English models."""
HOMES = [
    Path(platformdirs.user_cache_dir("livebench", appauthor=False)) / "systems",
    Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "peers",
]
SCRIPTS = Path(__file__).parents[2] / "support"
RECORDING = Path(session.__file__).parent / "demo" / "call.flac"


@dataclass(frozen=True)
class Decoded:
    """Tokens that CTranslate2 chose, and its logits at each."""

    mel: Floats
    tokens: Sequence[int]
    logits: Floats


@pytest.fixture(scope="module")
def tiny() -> Path:
    return store.find("tiny.en")


def _recording() -> Floats:
    samples, rate = soundfile.read(RECORDING, dtype="float32", frames=30 * 16000)
    assert rate == 16000
    return np.asarray(samples)


def _decoded(folder: Path, length: int) -> Decoded:
    mel = FeatureExtractor()(_recording())[:, :3000].astype(np.float32)
    model = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    [found] = model.generate(
        ctranslate2.StorageView.from_array(np.ascontiguousarray(mel[None])),
        [list(PROMPT)],
        beam_size=1,
        return_logits_vocab=True,
        suppress_blank=False,
        suppress_tokens=[],
        max_length=2 * length,
    )
    tokens = found.sequences_ids[0][:length]
    return Decoded(mel, tokens, np.array([np.array(row) for row in found.logits[0][:length]]))


def _greatest_difference(whisper: Whisper, decoded: Decoded) -> float:
    found = logits(whisper, decoded.mel, [*PROMPT, *decoded.tokens[:-1]])[len(PROMPT) - 1 :]
    assert list(found.argmax(axis=1)) == list(decoded.logits.argmax(axis=1))
    return float(np.abs(found - decoded.logits).max())


@pytest.mark.long
def test_a_checkpoint_has_the_logits_of_its_source(tmp_path: Path, tiny: Path) -> None:
    convert(tiny, tmp_path / "tiny.en.pt", "pytorch")
    decoded = _decoded(tiny, 30)
    assert len(decoded.tokens) >= 25, "a transcript, not silence"
    assert np.ptp(decoded.logits) > 30
    assert _greatest_difference(read_checkpoint(tmp_path / "tiny.en.pt"), decoded) < 2e-4


@pytest.mark.long
def test_int8_weights_are_read_as_ctranslate2_reads_them(tmp_path: Path, tiny: Path) -> None:
    stored = quantized(read_model_file(tiny / "model.bin").arrays)
    content = model_bytes(
        {name: array for name, array in stored.items() if not name.startswith("decoder/projection")},
        {f"decoder/projection/{kind}": f"decoder/embeddings/{kind}" for kind in ("weight", "weight_scale")},
    )
    folder = write_model(tmp_path / "int8", content)
    for file in ("config.json", "vocabulary.txt", "tokenizer.json"):
        (folder / file).write_bytes((tiny / file).read_bytes())
    assert _greatest_difference(read_whisper(folder), _decoded(folder, 10)) < 5e-4


def _run_where_installed(home: str, script: str, *arguments: object) -> str:
    """Run a script with the interpreter of a system's environment and return its output."""
    pythons = [each / home / "bin" / "python" for each in HOMES]
    python = next((each for each in pythons if each.exists()), None)
    if not python:
        pytest.skip(f"needs `livebench install {home}`")
    command = [str(python), str(SCRIPTS / script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _save(folder: Path, **arrays: NDArray[np.generic]) -> list[Path]:
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return [folder / f"{name}.npy" for name in arrays]


def _log_probabilities(rows: Floats) -> Floats:
    shifted = rows - rows.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


@pytest.mark.long
def test_whisper_cpp_has_the_logits_and_transcript_of_the_source(tmp_path: Path, tiny: Path) -> None:
    """It multiplies with 16 bits and looks GELU up in a table, so its numbers are near, not the same."""
    convert(tiny, tmp_path / "tiny.en.bin", "ggml")
    decoded = _decoded(tiny, 30)
    tokens = np.array([*PROMPT, *decoded.tokens])
    files = _save(tmp_path, mel=decoded.mel, tokens=tokens, samples=_recording())
    out = tmp_path / "logits.npy"
    text = _run_where_installed(
        "pywhispercpp", "whisper_cpp_logits.py", tmp_path / "tiny.en.bin", *files, out, len(PROMPT)
    )
    found = np.load(out)
    assert list(found.argmax(axis=1)) == list(decoded.logits.argmax(axis=1))
    assert np.abs(_log_probabilities(found) - _log_probabilities(decoded.logits)).max() < 0.15
    model = WhisperModel(str(tiny), device="cpu", compute_type="float32")
    segments, _ = model.transcribe(_recording(), language="en", beam_size=1)
    assert text.split() == " ".join(segment.text.strip() for segment in segments).split()


@pytest.mark.long
def test_pytorch_has_the_logits_of_the_source(tmp_path: Path, tiny: Path) -> None:
    convert(tiny, tmp_path / "tiny.en.pt", "pytorch")
    decoded = _decoded(tiny, 30)
    files = _save(tmp_path, mel=decoded.mel, tokens=np.array([*PROMPT, *decoded.tokens]))
    out = tmp_path / "logits.npy"
    _run_where_installed("whisperlivekit", "torch_logits.py", tmp_path / "tiny.en.pt", *files, out)
    assert np.abs(np.load(out)[len(PROMPT) - 1 :] - decoded.logits).max() < 2e-4


def test_ggml_holds_the_weights_filters_and_tokens(tmp_path: Path, tiny: Path) -> None:
    convert(tiny, tmp_path / "tiny.en.bin", "ggml")
    content = memoryview((tmp_path / "tiny.en.bin").read_bytes())
    numbers = struct.unpack_from("<14i", content)
    whisper = read_whisper(tiny)
    assert numbers[0] == 0x67676D6C
    assert numbers[1:3] == (whisper.dimensions.n_vocab, whisper.dimensions.n_audio_ctx)
    assert numbers[10:] == (80, 1, 80, 201)
    filters = np.frombuffer(content, "<f4", 80 * 201, 56).reshape(80, 201)
    np.testing.assert_array_equal(filters, mel_filters(80))
    at, tokens = 56 + filters.nbytes, []
    for _ in range(struct.unpack_from("<i", content, at)[0]):
        size = struct.unpack_from("<i", content, at + 4)[0]
        tokens.append(bytes(content[at + 8 : at + 8 + size]))
        at += 4 + size
    assert tokens == text_tokens(tiny)
    assert len(tokens) == 50256
    at += 4
    found = dict(_weights(content, at))
    assert found.keys() == whisper.weights.keys()
    for name, weight in whisper.weights.items():
        np.testing.assert_array_equal(found[name].reshape(weight.shape), weight, err_msg=name)


def _weights(content: memoryview, at: int) -> list[tuple[str, NDArray[np.generic]]]:
    found = []
    while at < len(content):
        dimensions, name_size, kind = struct.unpack_from("<3i", content, at)
        shape = struct.unpack_from(f"<{dimensions}i", content, at + 12)[::-1]
        at += 12 + 4 * dimensions
        name = bytes(content[at : at + name_size]).decode()
        array = np.frombuffer(content, ("<f4", "<f2")[kind], int(np.prod(shape)), at + name_size)
        at += name_size + array.nbytes
        found.append((name, array.reshape(shape)))
    return found


def test_tokens_have_the_bytes_of_the_vocabulary(tiny: Path) -> None:
    tokens = text_tokens(tiny)
    assert tokens[tokens.index(b" joining")] == b" joining"
    assert set(tokens) >= {bytes([value]) for value in range(256)}, "every byte is a token"
    multilingual = text_tokens(store.find("base"))
    assert (len(multilingual), multilingual[-1]) == (50257, b"")


def test_a_conversion_is_kept(tmp_path: Path, tiny: Path) -> None:
    first = converted(tiny, "pytorch", tmp_path)
    written = first.stat().st_mtime_ns
    assert first.name == "tiny.en.pt"
    assert converted(tiny, "pytorch", tmp_path) == first
    assert first.stat().st_mtime_ns == written


def test_a_failed_conversion_leaves_no_file(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "model.bin").symlink_to(tiny / "model.bin")
    with pytest.raises(OSError, match=r"tokenizer\.json"):
        convert(tmp_path / "bad", tmp_path / "out.bin", "ggml")
    assert not list(tmp_path.glob("out*"))
