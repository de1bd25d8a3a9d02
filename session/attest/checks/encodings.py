"""Decodes bytes in every way in which text or audio may be encoded in them. Pure.

The ways are base64, base32, base85, hexadecimal and decimal numbers, escapes, UTF-16, reversal, and the
compressions of Python's library; up to three of them inside each other.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import contextlib
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""Begins data that Python 3.11 cannot decompress."""

_DEPTH = 3
_SHORTEST = 8
"""Shorter results hold no secret that is searched for."""

_LARGEST = 1 << 26
_CAREFULLY_BYTES = 1 << 12

Decompressor = Any
"""zlib, bz2 and lzma agree on `decompress(data, most)` and `eof`, and have no common type."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_BASE32 = re.compile(rb"[A-Z2-7]{16,}|[a-z2-7]{16,}")
_BASE85 = re.compile(rb"[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{40,}")
_ASCII85 = re.compile(rb"[!-uz]{40,}")
_HEX = re.compile(rb"(?:[0-9a-f]{2}[ :,.-]?){8,}|(?:[0-9A-F]{2}[ :,.-]?){8,}")
_NUMBERS = re.compile(rb"(?:-?\d{1,6}[^0-9A-Za-z-]{1,3}){7,}-?\d{1,6}")
_NUMBER = re.compile(rb"-?\d+")
_ESCAPE = re.compile(rb"(?:%|=|\\x|\\u00|&#x)([0-9A-Fa-f]{2});?")
_OLD_ALPHABET = bytes.maketrans(b"-_", b"+/")


def readings(data: bytes) -> Iterator[bytes]:
    """Yield the bytes and everything that they may encode, each once."""
    seen: set[bytes] = set()
    current = [data]
    for depth in range(_DEPTH + 1):
        fresh = [each for each in dict.fromkeys(current) if each not in seen]
        seen.update(fresh)
        yield from fresh
        if depth < _DEPTH:
            current = [found for each in fresh for found in _decoded(each)]


def _decoded(data: bytes) -> Iterator[bytes]:
    for decode in _DECODERS:
        for found in decode(data):
            if len(found) >= _SHORTEST:
                yield found


def _reversed(data: bytes) -> Iterator[bytes]:
    yield data[::-1]


def _wide(data: bytes) -> Iterator[bytes]:
    """Drop the NULs of UTF-16 and UTF-32."""
    if data.count(0) * 3 > len(data):
        yield data.replace(b"\0", b"")


def _base64(data: bytes) -> Iterator[bytes]:
    runs = [run.translate(_OLD_ALPHABET) for run in _BASE64.findall(data)]
    yield from _aligned(runs, 4, base64.b64decode)


def _base32(data: bytes) -> Iterator[bytes]:
    yield from _aligned([run.upper() for run in _BASE32.findall(data)], 8, base64.b32decode)


def _base85(data: bytes) -> Iterator[bytes]:
    yield from _aligned(_BASE85.findall(data), 5, base64.b85decode)
    yield from _aligned(_ASCII85.findall(data), 5, base64.a85decode)


def _hex(data: bytes) -> Iterator[bytes]:
    runs = [re.sub(rb"[^0-9A-Fa-f]", b"", run) for run in _HEX.findall(data)]
    yield from _aligned(runs, 2, binascii.unhexlify)


def _aligned(runs: list[bytes], group: int, decode: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """Decode all runs, joined, once for each place at which the first group may begin."""
    for offset in range(group) if runs else ():
        yield b"".join(_decoded_run(run[offset:], group, decode) for run in runs)


def _decoded_run(run: bytes, group: int, decode: Callable[[bytes], bytes]) -> bytes:
    """Decode a run; without its last group where that is incomplete."""
    for whole in (run + b"=" * (-len(run) % group), run[: len(run) // group * group]):
        with contextlib.suppress(ValueError):
            return decode(whole)
    return b""


def _numbers(data: bytes) -> Iterator[bytes]:
    """Read lists of numbers as bytes and as samples."""
    values = [int(number) for run in _NUMBERS.findall(data) for number in _NUMBER.findall(run)]
    if not values:
        return
    numbers = np.array(values, np.int64)
    yield numbers[(numbers >= 0) & (numbers < 256)].astype(np.uint8).tobytes()
    yield numbers.clip(-32768, 32767).astype("<i2").tobytes()


def _escapes(data: bytes) -> Iterator[bytes]:
    if len(_ESCAPE.findall(data[:_LARGEST])) >= 4:
        yield _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)


def _compressed(data: bytes) -> Iterator[bytes]:
    for begin, decompressor in _COMPRESSIONS:
        for found in re.finditer(begin, data):
            yield _decompressed(decompressor(), data[found.start() :])


def _decompressed(decompressor: Decompressor, data: bytes) -> bytes:
    """Decompress as much as possible; a few bytes at a time, since what follows may be something else."""
    whole, at = b"", 0
    while at < len(data) and not decompressor.eof and len(whole) < _LARGEST:
        step = 16 if at < _CAREFULLY_BYTES else _CAREFULLY_BYTES
        try:
            whole += decompressor.decompress(data[at : at + step], _LARGEST)
        except (zlib.error, OSError, EOFError, lzma.LZMAError):
            break
        at += step
    return whole


_COMPRESSIONS: tuple[tuple[bytes, Callable[[], Decompressor]], ...] = (
    (rb"\x1f\x8b\x08", lambda: zlib.decompressobj(31)),
    (rb"\x78[\x01\x5e\x9c\xda]", zlib.decompressobj),
    (rb"\A[\x00-\xff]", lambda: zlib.decompressobj(-15)),
    (rb"BZh[1-9]1AY&SY", bz2.BZ2Decompressor),
    (rb"\xfd7zXZ\x00", lzma.LZMADecompressor),
    (rb"\x5d\x00\x00[\x00-\xff]{2}\xff", lzma.LZMADecompressor),
)
"""How each compression begins, and its decompressor; raw deflate has no mark, so it is tried at the start."""

_DECODERS = (_reversed, _wide, _base64, _base32, _base85, _hex, _numbers, _escapes, _compressed)
