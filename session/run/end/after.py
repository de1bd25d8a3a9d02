"""Shows the page after a session, or asks on the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import typer

from bus.failures import Failure, MachineFailure, StageFailure
from bus.run import Run
from bus.stages.plan import StagePlan
from session.review import strings
from session.review.handover import Handover, Mode
from session.review.process import Choice, ReviewProcess
from session.run.user_terminal import on_terminal
from session.settings import AllSettings
from session.store.folder import make_folder
from session.store.saving import save_paths
from session.supervise.interrupts import Interrupts
from session.supervise.starter import Starter
from session.transcript.saved_session import SavedSession

_PASSES_PIPES = sys.platform != "win32"
"""Whether a process can inherit pipes by their numbers."""
_WITHOUT_SCREEN = ("offscreen", "minimal", "minimalegl", "vnc")
"""Qt's platforms that no user sees."""


@dataclass
class Kept:
    """What came of the page."""

    saved_to: list[str] = field(default_factory=list)
    failure: Failure | None = None
    """Why the user could not choose."""


def choose_mode(
    wanted: str, views: Collection[str], *, as_json: bool, saves: bool, on_screen: bool, on_terminal: bool
) -> Mode | None:
    """Return where to show a session that has ended. Pure.

    Args:
        wanted: The setting `review`.
        views: The views of the session.
        as_json: Whether a program reads its events.
        saves: Whether it is saved anyway.
        on_screen: Whether a user sees windows.
        on_terminal: Whether the user can be asked on a terminal.
    """
    if wanted == "never" or not _PASSES_PIPES:
        return None
    if "overlay" in views and (wanted == "always" or (on_screen and not as_json)):
        return "window"
    return "terminal" if "terminal" in views and on_terminal and not (saves or as_json) else None


class AfterSession:
    """The page or question after a session. Enter it while the session runs.

    Args:
        settings: All settings of the session.
        plans: Its stages.
        starter: Starts the page.
    """

    def __init__(self, settings: AllSettings, plans: Sequence[StagePlan], starter: Starter) -> None:
        self._settings, self._overlay, self._starter = settings.session, settings.overlay, starter
        self._on_terminal = on_terminal()
        self._mode = choose_mode(
            self._settings.review,
            {
                name
                for plan in plans
                for name in (plan.name, *plan.arguments)
                if plan.kind in ("overlay", "view")
            },
            as_json=self._settings.json,
            saves=bool(save_paths(self._settings)),
            on_screen=_on_screen(),
            on_terminal=self._on_terminal,
        )
        self._store = "" if self._mode is None else _store()
        self._process: ReviewProcess | None = None
        self._stack = ExitStack()

    def prepare(self, run: Run, *, has_window: bool = True) -> None:
        """Start the page while the session still ends, since Qt needs a second.

        Args:
            run: The run.
            has_window: Whether the overlay had its display until now.
        """
        self._run = run
        if self._mode == "window" and not has_window and self._on_terminal:
            self._mode = "terminal"
        if self._mode == "window":
            self._process = self._start(self._mode)

    def offer(
        self,
        session: SavedSession,
        killed: Sequence[str],
        saved_to: Sequence[str],
        interrupts: Interrupts,
        on_chosen: Callable[[], None],
    ) -> Kept:
        """Show the session, and wait until the user has chosen.

        Args:
            session: What may be saved.
            killed: The stages that had to be killed.
            saved_to: The files that it was saved to already.
            interrupts: A signal ends the wait.
            on_chosen: Called once the session is not needed any more.
        """
        has_content = bool(session.turns or session.questions or session.left_machine or session.practice)
        if self._mode is None or not has_content or interrupts.must_not_wait:
            return Kept()
        handover = Handover(
            session=session,
            receipt=strings.receipt(killed),
            saved_to=[*saved_to],
            store=self._store,
            expire=self._settings.expire,
            encrypts=self._settings.encrypt,
            theme=self._overlay.theme,
            font_px=self._overlay.font_px,
        )
        choice = self._wait(self._mode, handover, interrupts, on_chosen)
        if choice is None or choice.chosen or choice.saved_to:
            return Kept(choice.saved_to if choice else [])
        if self._mode == "window" and self._on_terminal:
            typer.echo(strings.PAGE_CLOSED, err=True)
            choice = self._wait("terminal", handover, interrupts, on_chosen)
            if choice is None or choice.chosen:
                return Kept(choice.saved_to if choice else [])
        return Kept(failure=None if saved_to else _lost(choice))

    def _wait(
        self, mode: Mode, handover: Handover, interrupts: Interrupts, on_chosen: Callable[[], None]
    ) -> Choice | None:
        """Return the user's choice; None if a signal ended the wait before."""
        process = self._process or self._start(mode)
        self._process = None
        before = interrupts.count
        if mode == "window":
            typer.echo(strings.PAGE_OPEN_SAVED if handover.saved_to else strings.PAGE_OPEN, err=True)
        process.hand_over(handover)
        choice = process.wait(lambda: interrupts.count > before, on_chosen)
        return None if interrupts.count > before and not choice.saved_to else choice

    def _start(self, mode: Mode) -> ReviewProcess:
        allowed = self._settings.allow_unsandboxed
        process = ReviewProcess(self._starter, self._run, mode, allow_unsandboxed=allowed)
        return self._stack.enter_context(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _store() -> str:
    """Return the store, created now: the sandboxes of later may create no folder; empty if it cannot be."""
    with contextlib.suppress(MachineFailure):
        return str(make_folder())
    return ""


def _on_screen() -> bool:
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] not in _WITHOUT_SCREEN


def _lost(choice: Choice) -> StageFailure:
    code = choice.exit_code or 0
    how = f"by signal {-code}" if code < 0 else f"with code {code}"
    return StageFailure(
        f"the page after the session ended {how} before you chose",
        kept="nothing of the session, which was not saved",
        fix="save the next one with --save FILE",
    )
