"""Opens a saved session in the page, or prints it as Markdown."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from bus.process.private_memory import forbid_memory_access
from bus.run import Run
from bus.settings import expanded
from session.review.handover import Handover
from session.review.process import ReviewProcess
from session.run.launch import has_display, has_reader
from session.settings import load
from session.store.reading import Reader
from session.supervise.interrupts import Interrupts
from session.supervise.starter import LocalStarter
from session.transcript.formats.markdown import markdown
from session.transcript.saved_session import SavedSession

_NO_RUN = Path("/nonexistent")


def view(file: Path, passphrase_file: Path | None = None) -> None:
    """Show a saved session until its page is closed, or print it.

    Args:
        file: The JSON file, which may be encrypted; it may come from anyone.
        passphrase_file: File with the passphrase, if it is encrypted; it is asked for otherwise.

    Raises:
        InputFailure: The file cannot be read, or is not a session that was saved as JSON.
    """
    forbid_memory_access()
    path = Path(expanded(str(file)))
    session = Reader(passphrase_file).open(path)
    can_show = sys.platform != "win32" and has_display() and not has_reader()
    shown = can_show and _show(session, path)
    if not shown:
        _print(session)


def _show(session: SavedSession, path: Path) -> bool:
    """Show the page until it is closed; return whether it could be shown."""
    overlay = load(None, {}).overlay
    with contextlib.ExitStack() as stack:
        starter = stack.enter_context(contextlib.closing(LocalStarter()))
        interrupts = stack.enter_context(Interrupts())
        page = ReviewProcess(starter, Run(_NO_RUN, {}), "file")
        stack.enter_context(page)
        page.hand_over(
            Handover(session=session, saved_to=[str(path)], theme=overlay.theme, font_px=overlay.font_px)
        )
        choice = page.wait(lambda: interrupts.count > 0)
        return choice.exit_code == 0 or interrupts.count > 0


def _print(session: SavedSession) -> None:
    text = markdown(session)
    if not sys.stdout.isatty():
        print(text, end="")
        return
    console = Console(highlight=False, emoji=False, markup=False)
    console.print(Markdown(text, hyperlinks=False))
