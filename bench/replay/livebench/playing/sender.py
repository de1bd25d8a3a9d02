"""Sender in real time: `python sender.py FILE` writes 16 kHz s16le to standard output.

Open loop on absolute deadlines: a block of 10 ms is written when its last sample is due, whatever the reader
does. What a full pipe does not accept is buffered and sent in order. It imports the standard library only.
The last line on standard error is one JSON object: when sample 0 was due, and the delays of the blocks.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import time
from pathlib import Path

BLOCK_SAMPLES = 160
_BLOCK_BYTES = 2 * BLOCK_SAMPLES
_BLOCK_NS = 10_000_000
_HEAD_START_NS = 100_000_000


def main() -> None:
    """Send the file, then report the delays."""
    pcm = Path(sys.argv[1]).read_bytes()
    os.set_blocking(1, False)
    _go_first()
    first_sample_ns = time.monotonic_ns() + _HEAD_START_NS
    late_ns: list[int] = []
    held = bytearray()
    most_held = 0
    with contextlib.suppress(BrokenPipeError):  # the parent notices that the reader has ended
        for number, at in enumerate(range(0, len(pcm), _BLOCK_BYTES), start=1):
            due_ns = first_sample_ns + number * _BLOCK_NS
            while (early_ns := due_ns - time.monotonic_ns()) > 0:
                time.sleep(early_ns / 1e9)
            late_ns.append(-early_ns)
            held += pcm[at : at + _BLOCK_BYTES]
            _send(held)
            most_held = max(most_held, len(held))
        while held:
            select.select([], [1], [])
            _send(held)
    os.close(1)
    report = {
        "first_sample_ns": first_sample_ns,
        "late_us": [each // 1000 for each in late_ns],
        "most_held_s": most_held / _BLOCK_BYTES / 100,
    }
    print(json.dumps(report), file=sys.stderr)


def _go_first() -> None:
    """Raise the priority if the system allows it: a clock that waits for its turn is late."""
    with contextlib.suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def _send(held: bytearray) -> None:
    """Write as much as the pipe accepts."""
    with contextlib.suppress(BlockingIOError):
        while held:
            del held[: os.write(1, held)]


if __name__ == "__main__":
    main()
