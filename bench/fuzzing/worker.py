"""Feeds inputs to one decoder, in a process that may crash or hang.

The parent reads from a ledger file which input was being processed. The kernel kills the process if one input
takes too much processor time or all of them too much memory.
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
"""Limit of the address space, libraries included."""

LEDGER = struct.Struct("<qq")
"""Number of the current input, and how many were accepted."""

_COLLECT_EVERY = 2000


def decoders_in(table: str) -> Mapping[str, Decoder]:
    """Return the decoders of a module by name."""
    found: Mapping[str, Decoder] = importlib.import_module(table).DECODERS
    return found


class Fault(msgspec.Struct, frozen=True):
    """An input that was neither accepted nor rejected."""

    decoder: str
    number: int
    what: str


def input_of(decoder: Decoder, seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """Return the input of this number: always the same."""
    body = mutated(decoder, seeds, random.Random(f"{seed}:{decoder.name}:{number}"))
    return decoder.with_sums(body) if number % 4 else body


def trouble(decoder: Decoder, body: bytes) -> str:
    """Describe what a decoder did wrong with an input; empty if nothing.

    Raises:
        Exception: One of the decoder's own failures.
    """
    try:
        decoder.read(body)
    except decoder.refusals:
        raise
    except Exception as error:  # any other exception is the fault being looked for
        return f"{type(error).__name__}: {str(error)[:120]}"
    return ""


def feed(decoder: Decoder, ledger: mmap.mmap, seed: int, first: int, stop: int) -> None:
    """Feed inputs, print faults as JSON lines, and update the ledger."""
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
    """Load what is loaded at the first use."""
    for body in seeds:
        try:
            trouble(decoder, body)
        except decoder.refusals:
            continue
    gc.collect()
    gc.disable()  # a collection must not count as time of the input it meets


def main() -> None:
    """Run with the arguments module, decoder, ledger, seed, first, stop."""
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
