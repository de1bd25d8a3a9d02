"""Input and output of an adapter: audio blocks in, JSON lines out.

Systems print to standard output too, so it is redirected at the start: their output goes to standard error.
"""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Iterator, Sequence

_READ_BYTES = 64 * 1024


class Lines:
    """The output. May be used from several threads."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def ready(self) -> None:
        """Report that models are loaded and warm."""
        self._publish("ready")

    def partial(self, text: str, *, id: int | None = None, replaces: Sequence[int] = ()) -> None:
        """Print words that may still change."""
        self._publish("partial", text=text, id=id, replaces=replaces)

    def final(self, text: str, *, id: int | None = None, replaces: Sequence[int] = ()) -> None:
        """Print words that will not change; `replaces` are earlier finals whose words it contains."""
        if text.strip():
            self._publish("final", text=text, id=id, replaces=replaces)

    def revised(self, text: str, *, id: int) -> None:
        """Print new words of an earlier final."""
        self._publish("revised", text=text, id=id)

    def turn_end(self) -> None:
        """Report that the speaker's turn is over."""
        self._publish("turn_end")

    def _publish(self, kind: str, **fields: object) -> None:
        known = {name: value for name, value in fields.items() if value not in (None, ())}
        with self._lock:
            self._file.write(json.dumps({"type": kind, **known}) + "\n")
            self._file.flush()


class Audio:
    """Standard input, read by a thread of its own so that a busy system never blocks the sender."""

    def __init__(self) -> None:
        self._blocks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def blocks(self, size_bytes: int) -> Iterator[bytes]:
        """Yield blocks of a fixed size as they become complete; the last may be shorter."""
        held = b""
        while data := self._blocks.get():
            held += data
            while len(held) >= size_bytes:
                yield held[:size_bytes]
                held = held[size_bytes:]
        if held:
            yield held

    def waiting(self) -> Iterator[bytes]:
        """Yield everything that has arrived since the last time, at least something."""
        ended = False
        while not ended:
            held = self._blocks.get()
            ended = not held
            while not ended and not self._blocks.empty():
                data = self._blocks.get()
                ended = not data
                held += data
            if held:
                yield held

    def _read(self) -> None:
        while data := os.read(0, _READ_BYTES):
            self._blocks.put(data)
        self._blocks.put(b"")
