from __future__ import annotations

import json

import numpy as np
import pytest

from session.attest.search import Sound, Words

MARKER = np.rint(np.random.default_rng(4).normal(0, 90, 1024)).astype(np.int16)
NOISE = np.rint(np.random.default_rng(5).normal(0, 400, 4000)).astype(np.int16)


@pytest.mark.parametrize("way", ["<i2", ">i2", "<f4", ">f4"])
@pytest.mark.parametrize("before", [b"", b"abc"])
def test_audio_is_found_in_every_sample_format(way: str, before: bytes) -> None:
    scale = 32768.0 if "f" in way else 1
    piece = (NOISE[1111:1311].astype(np.float32) / scale).astype(way)
    assert Sound([NOISE], MARKER).occurs_in(before + piece.tobytes() + b"after")


@pytest.mark.parametrize("way", ["<i2", ">i2", "<f4", ">f4"])
@pytest.mark.parametrize("gain", [0.25, -10.0])
def test_marker_is_found_at_any_level(way: str, gain: float) -> None:
    scale = gain / 32768.0 if "f" in way else gain
    piece = (np.resize(MARKER, 1800).astype(np.float32) * scale).astype(way)
    assert Sound([NOISE], MARKER).occurs_in(b"head" + piece.tobytes() + b"tail")


def test_other_sound_silence_and_text_are_not_it() -> None:
    other = np.rint(np.random.default_rng(6).normal(0, 400, 100_000)).astype(np.int16)
    for data in (other.tobytes(), bytes(100_000), b"What was said is not what was heard. " * 1000, b""):
        assert not Sound([NOISE], MARKER).occurs_in(data)


WORDS = Words(["Every part of the code, read from the same tables.", "Thanks, Ann."])


@pytest.mark.parametrize(
    "data",
    [
        b"... EVERY PART OF THE ...",
        json.dumps({"text": "part of the code,\nread"}).encode(),
        "from the same tables".encode("utf-16"),
        b"\x93thanks ann\xa3",
    ],
)
def test_words_are_found_however_they_are_written(data: bytes) -> None:
    assert WORDS.runs_in(data)


def test_runs_shorter_than_four_words_do_not_match() -> None:
    assert not WORDS.runs_in(b"part of the way, and read from the top; many thanks to all")
