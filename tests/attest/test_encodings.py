"""Encodings in which words may leave: every reading of them is searched."""

from __future__ import annotations

import base64
import bz2
import codecs
import gzip
import json
import lzma
import zlib
from collections.abc import Callable

import pytest

from session.attest.checks.encodings import readings

SECRET = b"every part of the code read from the same tables"

WAYS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "reversed": lambda data: data[::-1],
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base32": base64.b32encode,
    "base85": base64.b85encode,
    "ascii85": base64.a85encode,
    "hexadecimal": lambda data: data.hex().encode(),
    "hexadecimal with spaces": lambda data: data.hex(" ").upper().encode(),
    "decimal": lambda data: json.dumps(list(data)).encode(),
    "percent": lambda data: "".join(f"%{each:02x}" for each in data).encode(),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "UTF-32": lambda data: data.decode().encode("utf-32"),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "raw deflate": lambda data: codecs.encode(data, "zlib")[2:-4],
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_encoding_is_undone(way: str) -> None:
    assert any(SECRET in reading for reading in readings(WAYS[way](SECRET)))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "raw deflate"])
@pytest.mark.parametrize("outer", ["base64", "hexadecimal", "reversed"])
def test_an_encoding_inside_another_is_undone(way: str, outer: str) -> None:
    encoded = b'{"url": "http://host/' + WAYS[outer](WAYS[way](SECRET)) + b'", "more": "text"}'
    assert any(SECRET in reading for reading in readings(encoded))


def test_a_stream_in_base64_lines_is_joined() -> None:
    encoded = base64.encodebytes(gzip.compress(SECRET * 20))
    assert any(SECRET in reading for reading in readings(b"log: " + encoded))


def test_each_reading_comes_once() -> None:
    found = list(readings(b"what was said is not encoded at all, and is read as it is"))
    assert len(found) == len(set(found))
