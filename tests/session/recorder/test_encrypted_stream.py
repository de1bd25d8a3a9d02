"""Tests of a recording that is encrypted while it is written."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyrage
import pytest

from bus.audio import SAMPLE_RATE
from bus.failures import MachineFailure
from session.recorder.encrypted_stream import EncryptedStream
from session.recorder.wave_header import wave_header


def test_what_is_written_can_be_read_with_the_key_alone(tmp_path: Path) -> None:
    identity, plain = pyrage.x25519.Identity.generate(), bytes(range(256)) * 3000
    path = tmp_path / "talk.age"
    with path.open("wb", buffering=0) as file, EncryptedStream(file, str(identity.to_public())) as stream:
        for start in range(0, len(plain), 5000):
            stream.write(plain[start : start + 5000])
    assert pyrage.decrypt(path.read_bytes(), [identity]) == plain
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.generate()])


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    with Path("/dev/full").open("wb", buffering=0) as file:
        with pytest.raises(MachineFailure, match="No space"), EncryptedStream(file, recipient) as stream:
            _write_much(stream)
        with pytest.raises(MachineFailure, match="No space"), EncryptedStream(file, recipient) as stream:
            stream.write(b"the last words")


def _write_much(stream: EncryptedStream) -> None:
    for _ in range(400):
        stream.write(bytes(10_000))


def test_the_header_is_read_by_others() -> None:
    import av

    samples = np.arange(2 * SAMPLE_RATE, dtype=np.int16).reshape(-1, 2)
    with av.open(io.BytesIO(wave_header(["mic", "call"]) + samples.tobytes())) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (SAMPLE_RATE, 2)
        assert container.metadata["title"] == "Cuecard: mic, call"
        decoded = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(stream)])
    assert np.array_equal(decoded, samples.reshape(-1))
