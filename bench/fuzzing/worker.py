"""Feeds inputs to one decoder, in a process that may crash or hang: `python -m bench.fuzzing.worker`.

Whoever started it reads from the ledger which input is under way, and so knows which one it was. The kernel
ends the process when one input takes too much processor time or all of them too much memory.
"""

from __future__ import annotations

import gc
import importlib
import mmap
import os
import random
import resource
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.fuzzing.decoder import Decoder, forget_files
from bench.fuzzing.mutation import mutated

MEMORY_BYTES = 3 << 30
"""Of address space, libraries included."""

LEDGER = struct.Struct("<qq")
"""The number of the input under way, and how many were answered rather than refused."""

_COLLECT_EVERY = 2000


def decoders_in(table: str) -> Mapping[str, Decoder]:
    """Return the decoders by name that a module holds."""
    found: Mapping[str, Decoder] = importlib.import_module(table).DECODERS
    return found


class Fault(msgspec.Struct, frozen=True):
    """An input that was neither answered nor refused."""

    decoder: str
    number: int
    what: str


def input_of(decoder: Decoder, seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """Return the input of this number: always the same."""
    body = mutated(decoder, seeds, random.Random(f"{seed}:{decoder.name}:{number}"))
    return decoder.with_sums(body) if number % 4 else body


def trouble(decoder: Decoder, body: bytes) -> str:
    """Return what a decoder made of an input that it should not have; empty when all is well.

    Raises:
        Exception: One of the decoder's own refusals.
    """
    try:
        decoder.read(body)
    except decoder.refusals:
        raise
    except Exception as error:  # whatever it is, it is what is looked for
        return f"{type(error).__name__}: {str(error)[:120]}"
    return ""


def feed(decoder: Decoder, ledger: mmap.mmap, seed: int, first: int, stop: int) -> None:
    """Feed inputs, print faults as JSON lines, and keep the ledger."""
    seeds = decoder.all_seeds()
    answered = 0
    _warm_up(decoder, seeds)
    for number in range(first, stop):
        body = input_of(decoder, seeds, seed, number)
        ledger[: LEDGER.size] = LEDGER.pack(number, answered)
        signal.setitimer(signal.ITIMER_PROF, decoder.limit_s)
        try:
            what = trouble(decoder, body)
            answered += not what
        except decoder.refusals:
            what = ""
        signal.setitimer(signal.ITIMER_PROF, 0)
        if what:
            print(msgspec.json.encode(Fault(decoder.name, number, what)).decode(), flush=True)
        if number % _COLLECT_EVERY == 0:
            gc.collect()
    ledger[: LEDGER.size] = LEDGER.pack(stop, answered)


def _warm_up(decoder: Decoder, seeds: Sequence[bytes]) -> None:
    """Have what is loaded at the first use loaded."""
    for body in seeds:
        try:
            trouble(decoder, body)
        except decoder.refusals:
            continue
    gc.collect()
    gc.disable()  # a collection is no fault of the input that it happens to meet


def main() -> None:
    """Feed what the arguments say: the table's module, decoder, ledger, seed, first, stop."""
    table, name, ledger_file, seed, first, stop = sys.argv[1:]
    decoder = decoders_in(table)[name]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    descriptor = os.open(Path(ledger_file), os.O_RDWR)
    with mmap.mmap(descriptor, LEDGER.size) as ledger:
        try:
            feed(decoder, ledger, int(seed), int(first), int(stop))
        finally:
            forget_files()


if __name__ == "__main__":
    main()
