"""Counts Ctrl-C and termination signals; the session's loop acts on them."""

from __future__ import annotations

import signal
import sys
from types import TracebackType
from typing import Self

_SIGNALS = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    _SIGNALS.append(signal.SIGHUP)


class Interrupts:
    """Count of the signals to end while this is entered, on the main thread."""

    def __init__(self) -> None:
        self.count = 0
        self.must_not_wait = False
        """Whether the system or the terminal is closing, so that no user can be asked."""

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: object) -> None:
        self.count += 1
        self.must_not_wait |= number != signal.SIGINT
