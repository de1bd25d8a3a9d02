"""Starts the page, hands over the session, and waits for the user's choice."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from bus.run import Run
from bus.stages.table import REVIEW_PLAN
from session.review.handover import (
    ALLOW_UNSANDBOXED,
    DESCRIPTORS_VARIABLE,
    Chosen,
    FileSaved,
    Handover,
    Mode,
    decode_reports,
    encode_handover,
)
from session.supervise.starter import Starter

_POLL_S = 0.1
_STOP_LIMIT_S = 2.0
_READ_BYTES = 1 << 16


@dataclass
class Choice:
    """What came of the page."""

    saved_to: list[str] = field(default_factory=list)
    chosen: bool = False
    """Whether the user decided; otherwise the process ended before that."""
    exit_code: int | None = None


class ReviewProcess:
    """A page that was started; it shows the session once that is handed over.

    Args:
        starter: Starts it.
        run: The run; its directory may be removed already.
        mode: Where to show the session.
        allow_unsandboxed: Whether to show it though the kernel enforces no sandbox.
    """

    def __init__(self, starter: Starter, run: Run, mode: Mode, *, allow_unsandboxed: bool = False) -> None:
        handover_out, self._handover = os.pipe()
        self._reports, report_in = os.pipe()
        os.set_blocking(self._reports, False)
        self._received = b""
        plan = replace(
            REVIEW_PLAN,
            arguments=(mode, *([ALLOW_UNSANDBOXED] if allow_unsandboxed else [])),
            descriptors=((DESCRIPTORS_VARIABLE, (handover_out, report_in)),),
            inherits_stdin=mode == "terminal",
        )
        try:
            self._stage = starter.start(plan, run)
        finally:
            os.close(handover_out)
            os.close(report_in)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._stage.pid

    def hand_over(self, handover: Handover) -> None:
        """Send it the session."""
        descriptor, self._handover = self._handover, -1
        threading.Thread(target=_write, args=(descriptor, encode_handover(handover)), daemon=True).start()

    def wait(self, interrupted: Callable[[], bool], on_chosen: Callable[[], None] = lambda: None) -> Choice:
        """Wait until the page is closed, and return what the user chose.

        Args:
            interrupted: Returns whether the page must close now.
            on_chosen: Called once the page needs the session no more.
        """
        choice = Choice()
        while (code := self._stage.wait(_POLL_S)) is None:
            self._apply_reports(choice, on_chosen)
            if interrupted():
                self._stop()
        self._apply_reports(choice, on_chosen)
        choice.exit_code = code
        return choice

    def _apply_reports(self, choice: Choice, on_chosen: Callable[[], None]) -> None:
        with contextlib.suppress(BlockingIOError):
            while body := os.read(self._reports, _READ_BYTES):
                self._received += body
        lines, end, self._received = self._received.rpartition(b"\n")
        for report in decode_reports(lines + end):
            match report:
                case FileSaved(path=path):
                    choice.saved_to.append(path)
                case Chosen():
                    choice.chosen = True
                    on_chosen()

    def _stop(self) -> None:
        self._stage.terminate()
        if self._stage.wait(_STOP_LIMIT_S) is None:
            self._stage.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stage.code is None:
            self._stop()
        os.close(self._reports)
        if self._handover >= 0:
            os.close(self._handover)


def _write(descriptor: int, body: bytes) -> None:
    with contextlib.suppress(OSError), os.fdopen(descriptor, "wb") as pipe:  # a page that ended reads nothing
        pipe.write(body)
