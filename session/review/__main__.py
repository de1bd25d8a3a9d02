"""The page's process: `python -m session.review window|terminal|file`.

It is on no bus and gets the session over a pipe, after it has entered its sandbox. It may create files below
the home and the working directory, where the user says; a saved file is shown without that right.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from bus.process.lifecycle import Process
from bus.run import RUN_VARIABLE, Run
from bus.sandbox import Sandbox, check_enforced
from bus.stages.table import REVIEW, REVIEW_PLAN, VIEWING_RIGHTS
from session.review import question
from session.review.handover import (
    ALLOW_UNSANDBOXED,
    DESCRIPTORS_VARIABLE,
    Chosen,
    FileSaved,
    Handover,
    Mode,
    Report,
    decode_handover,
    encode_report,
)

_POLL_MS = 100
_READ_BYTES = 1 << 20


def main() -> None:
    """Show one session until the user has chosen and closes the page."""
    mode: Mode = sys.argv[1]  # type: ignore[assignment]
    handover_pipe, report_pipe = map(int, os.environ[DESCRIPTORS_VARIABLE].split(","))
    with Process(REVIEW) as process:
        rights = VIEWING_RIGHTS if mode == "file" else REVIEW_PLAN.rights
        sandbox = Sandbox(rights, Run(Path(os.environ[RUN_VARIABLE]), {}), REVIEW)

        def report(done: Report) -> None:
            with contextlib.suppress(OSError):  # the session's process has died
                os.write(report_pipe, encode_report(done))

        if mode == "terminal":
            _enforce(sandbox)
            if handover := _receive(handover_pipe, process):
                _ask(handover, report)
        else:
            _show(mode, sandbox, process, handover_pipe, report)


def _enforce(sandbox: Sandbox) -> None:
    allowed = ALLOW_UNSANDBOXED in sys.argv[2:]
    report = sandbox.enforce(opens_sockets=None)
    if failure := check_enforced(report, "the page", {"session": {"allow_unsandboxed": allowed}}):
        print(f"cuecard: {failure.problem}", file=sys.stderr, flush=True)


def _receive(descriptor: int, process: Process) -> Handover | None:
    """Return what the session hands over; None if it ends without, or this process is asked to stop."""
    body = bytearray()
    while not process.stopping():
        if not select.select([descriptor], [], [], _POLL_MS / 1000)[0]:
            continue
        piece = os.read(descriptor, _READ_BYTES)
        if not piece:
            return decode_handover(bytes(body)) if body else None
        body += piece
    return None


def _ask(handover: Handover, report: Callable[[Report], None]) -> None:
    """Ask on the terminal; Ctrl-C is the answer "nothing"."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        question.ask(handover, lambda path: report(FileSaved(path=str(path))))
    except KeyboardInterrupt:
        print(file=sys.stderr)
    report(Chosen())


def _show(
    mode: Mode, sandbox: Sandbox, process: Process, handover_pipe: int, report: Callable[[Report], None]
) -> None:
    """Show the page; Qt is loaded while the session still ends."""
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication

    from overlay.desktop import appearance, language
    from overlay.display import choose_platform
    from overlay.settings import OverlaySettings
    from session.review.window import ReviewWindow

    if platform := choose_platform():
        os.environ["QT_QPA_PLATFORM"] = platform
    application = QApplication(["cuecard"])
    language.follow(application)
    _enforce(sandbox)
    handover = _receive(handover_pipe, process)
    if handover is None:
        return
    window = ReviewWindow(handover, mode, report)
    appearance.follow(OverlaySettings(theme=handover.theme), window.set_theme)
    del handover
    timer = QTimer()
    timer.timeout.connect(lambda: application.quit() if process.stopping() else None)
    timer.start(_POLL_MS)
    window.show()
    window.raise_()
    application.exec()


if __name__ == "__main__":
    main()
