"""Mutations of valid inputs: flipped bits, moved pieces, false lengths, replaced values.

Pure: the same random generator gives the same input, so a number reproduces it.
"""

from __future__ import annotations

import contextlib
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from bench.fuzzing.decoder import Decoder

_CHANGES_AT_MOST = 4
_DEEP, _VERY_DEEP = 200, 950
_LIES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, (1 << 63) - 1)
_ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1 << 31, 1 << 53, (1 << 63) - 1, (1 << 64) - 1, -(1 << 63), 0.0, -0.0, 1e308, 5e-324,
    "", "\0", "\u2028", "￿", "a" * 300, "9" * 400, "\x1b[2J", [], {}, [[]], [None], {"": None}, b"",
    b"\xff",
)  # fmt: skip

Change = Callable[[bytearray, random.Random, Sequence[bytes], Sequence[bytes]], None]


def mutated(decoder: Decoder, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return an input for this decoder.

    Args:
        decoder: Describes the format.
        seeds: Valid inputs.
        chance: Random generator that decides everything.
    """
    if chance.random() < 0.02:
        return chance.randbytes(chance.randrange(600))
    body = chance.choice(seeds)
    if decoder.shape in ("json", "msgpack") and chance.random() < 0.5:
        body = _with_other_values(body, decoder.shape, chance)
        if chance.random() < 0.6:
            return body[: decoder.largest_bytes]
    changed = bytearray(body)
    for _ in range(chance.randint(1, _CHANGES_AT_MOST)):
        chance.choice(_CHANGES)(changed, chance, seeds, decoder.words)
    return bytes(changed[: decoder.largest_bytes])


def _place(body: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(body) + 1)


def _turn_bits(
    body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]
) -> None:
    for _ in range(chance.choice((1, 1, 2, 8)) if body else 0):
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)


def _put_bytes(
    body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]
) -> None:
    at = _place(body, chance)
    body[at : at + chance.choice((0, 0, 1, 4))] = chance.randbytes(chance.choice((1, 2, 4, 16)))


def _lie(body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
    """Write a number where a length may be."""
    size = chance.choice((1, 2, 4, 8))
    number = chance.choice(_LIES) & ((1 << 8 * size) - 1)
    at = _place(body, chance)
    body[at : at + size] = number.to_bytes(size, chance.choice(("little", "big")))


def _put_float(
    body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]
) -> None:
    at = _place(body, chance)
    number = chance.choice((float("nan"), float("inf"), -float("inf"), 1e38, 1e-45))
    body[at : at + 4] = struct.pack("<f", number)


def _cut_off(body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
    del body[_place(body, chance) :]


def _cut_out(body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
    at = _place(body, chance)
    del body[at : at + chance.choice((1, 2, 4, 16, 256))]


def _repeat(body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
    at = _place(body, chance)
    piece = bytes(body[at : at + chance.choice((1, 2, 8, 64, 1024))])
    body[at:at] = piece * chance.choice((1, 2, 16, 256, 4096 if len(piece) < 16 else 16))


def _splice(body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
    other = chance.choice(seeds)
    start = chance.randrange(len(other) + 1)
    at = _place(body, chance)
    body[at : at + chance.choice((0, 16, 256, 1 << 20))] = other[
        start : start + chance.choice((8, 64, 1 << 20))
    ]


def _put_word(body: bytearray, chance: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
    if words:
        at = _place(body, chance)
        body[at : at + chance.choice((0, 0, 1, 8))] = chance.choice(words) * chance.choice(
            (1, 1, 1, 2, 64, 2000)
        )


_CHANGES: tuple[Change, ...] = (
    _turn_bits, _turn_bits, _put_bytes, _lie, _lie, _put_float, _cut_off, _cut_out, _repeat, _splice,
    _put_word,
    _put_word,
)  # fmt: skip


def _with_other_values(body: bytes, shape: str, chance: random.Random) -> bytes:
    """Return the same document with some values changed, or the body if it is not a document."""
    decode, encode = (
        (msgspec.json.decode, msgspec.json.encode)
        if shape == "json"
        else (msgspec.msgpack.decode, msgspec.msgpack.encode)
    )
    with contextlib.suppress(
        msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError, TypeError
    ):
        return encode(_altered(decode(body), chance))
    return body


def _altered(value: Any, chance: random.Random) -> Any:
    roll = chance.random()
    if roll < 0.12:
        return chance.choice(_ODD_VALUES)
    if roll < 0.125:
        return _nested(value, chance.choice((_DEEP, _VERY_DEEP)))
    if isinstance(value, dict):
        changed = {key: _altered(one, chance) for key, one in value.items()}
        if changed and roll < 0.2:
            changed.pop(chance.choice(list(changed)))
        elif roll < 0.3:
            changed[chance.choice(("x", "", "type", "error", *map(str, value)))] = chance.choice(_ODD_VALUES)
        return changed
    if isinstance(value, bytes) and roll < 0.8:  # a document within one
        return _with_other_values(value, "msgpack", chance)
    if isinstance(value, list):
        return [_altered(one, chance) for one in value] * chance.choice((1, 1, 1, 0, 2))
    return value


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value
