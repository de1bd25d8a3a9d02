"""Decoders with one fault each, to test the fuzzer."""

from __future__ import annotations

import os

from bench.fuzzing.decoder import Decoder, Forged


def _raises(body: bytes) -> None:
    raise KeyError("nobody said that this may happen")


def _refuses(body: bytes) -> None:
    raise ValueError("no")


def _is_fooled(body: bytes) -> None:
    raise Forged("it was taken for ours")


def _dies(body: bytes) -> None:
    if body != b"sound":
        os.abort()


def _computes_for_ever(body: bytes) -> None:
    while body != b"sound":
        pass


def _computes_for_ever_in_c(body: bytes) -> None:
    if body != b"sound":
        pow(3, 1 << 40)


def _grows(body: bytes) -> None:
    if body != b"sound":
        bytearray(64 << 30)


def _answers(body: bytes) -> None:
    pass


DECODERS = {
    read.__name__.strip("_"): Decoder(
        read.__name__.strip("_"), read, (ValueError,), lambda: [b"sound"], limit_s=0.1
    )
    for read in (
        _raises,
        _refuses,
        _is_fooled,
        _dies,
        _computes_for_ever,
        _computes_for_ever_in_c,
        _grows,
        _answers,
    )
}
