from __future__ import annotations

import codecs
import json

import numpy as np
import pytest

from session.attest.checks.search import Key, Sound, Words

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


@pytest.mark.parametrize(
    "data",
    [
        codecs.encode("every part of the code read", "rot13").encode(),
        b"everypartofthecodereadfromthesametables",
        b"e-v-e-r-y p-a-r-t o-f t-h-e c-o-d-e r-e-a-d",
        bytes(each ^ 42 for each in b"Every part of the code, read from"),
        bytes((each + 9) % 256 for each in b"part of the code, read from the same"),
    ],
)
def test_words_are_found_with_other_letters_at_a_fixed_distance(data: bytes) -> None:
    assert WORDS.occur_in(b"..." + data + b"...")
    assert not WORDS.runs_in(data) or b"e-v" in data


def test_other_words_are_not_found_by_distances() -> None:
    assert not WORDS.occur_in(
        b"many parts of another code are read from those tables, and none is said aloud" * 50
    )


KEY = Key("sk-planted-0123456789abcdef01234567")


@pytest.mark.parametrize(
    "data",
    [
        b"SK-PLANTED-0123456789ABCDEF01234567",
        b"56789abcde",
        b"5 6 7 8 9 a b c d e",
        bytes(each ^ 7 for each in b"sk-planted-0123456789abcdef01234567"),
    ],
)
def test_a_piece_of_the_key_is_found_in_any_case_and_spacing(data: bytes) -> None:
    assert KEY.occurs_in(b"<" + data + b">")


def test_other_keys_are_not_found() -> None:
    assert not KEY.occurs_in(b"sk-planted-fedcba98765432100fedcba9876")
