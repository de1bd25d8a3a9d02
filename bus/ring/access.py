"""Gives a stage its rings: passed by the supervisor, or from the socket of capture.

The supervisor passes descriptors over a pair of sockets that the stage inherits: the stage can open no socket
and still get the ring of a restarted capture. A stage that was started manually connects to capture.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from functools import partial

from bus.ring.memory import RingMemory, attach_memory, map_memory
from bus.ring.passing import CHANNEL_VARIABLE
from bus.ring.reader import AudioRing
from bus.run import Run

_LONGEST_NAME = 64


class RingAccess:
    """The rings of a run, for one process.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        descriptor = os.environ.pop(CHANNEL_VARIABLE, "")
        self._channel = socket.socket(fileno=int(descriptor)) if descriptor else None
        if self._channel is not None:
            self._channel.setblocking(False)  # `recv_fds` ignores its flags
        self._passed: dict[str, int] = {}
        self._requested: set[str] = set()

    @property
    def connects(self) -> bool:
        """Whether it opens sockets, because no supervisor passes rings."""
        return self._channel is None

    def attach(self, source: str) -> AudioRing:
        """Return the ring of a source, waiting for it if necessary.

        Raises:
            RingUnavailable: There is none.
        """
        return AudioRing.wait_for(partial(self._find, source), f"of {source}")

    def request(self, source: str) -> None:
        """Ask for the ring of a source whose capture has started; the supervisor passes it unasked."""
        self._requested.add(source)

    def new_rings(self) -> Iterator[tuple[str, AudioRing]]:
        """Yield the rings that have become available since the last call, with their sources."""
        for source in self._available():
            with contextlib.suppress(OSError):  # its capture has died meanwhile
                yield source, AudioRing(partial(self._find, source), self._find(source))

    def new_ring(self, source: str) -> AudioRing | None:
        """Return the ring of one source, if it has become available since the last call."""
        if self._channel is not None:
            self._receive()
        if source in (self._requested if self._channel is None else self._passed):
            self._requested.discard(source)
            with contextlib.suppress(OSError):  # its capture has died meanwhile
                return AudioRing(partial(self._find, source), self._find(source))
        return None

    def _available(self) -> list[str]:
        if self._channel is not None:
            self._receive()
            return [*self._passed]
        requested, self._requested = self._requested, set()
        return [*requested]

    def close(self) -> None:
        """Close the channel and the rings that were passed and not used."""
        for descriptor in self._passed.values():
            os.close(descriptor)
        self._passed.clear()
        if self._channel is not None:
            self._channel.close()

    def _find(self, source: str) -> RingMemory:
        """Return a new ring of a source.

        Raises:
            OSError: There is none.
        """
        if self._channel is None:
            return attach_memory(self._run.ring_address(source))
        self._receive()
        descriptor = self._passed.pop(source, None)
        if descriptor is None:
            raise FileNotFoundError(errno.ENOENT, "no ring was passed")
        return map_memory(descriptor)

    def _receive(self) -> None:
        """Receive what has been passed; of each source only the newest ring counts."""
        assert self._channel is not None
        with contextlib.suppress(BlockingIOError):
            while True:
                name, descriptors, _, _ = socket.recv_fds(self._channel, _LONGEST_NAME, 1)
                if not descriptors:  # the supervisor has ended
                    return
                older = self._passed.pop(name.decode(), None)
                if older is not None:
                    os.close(older)
                self._passed[name.decode()] = descriptors[0]
