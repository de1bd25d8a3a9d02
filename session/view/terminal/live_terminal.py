"""Terminal view: the whole screen, redrawn in place when something has changed.

The words stay on the terminal after the session, unless the user ends it and wants none left.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from io import TextIOWrapper
from types import TracebackType
from typing import Self

from rich.console import Console

from bus import messages as m
from overlay.state.captions import Captions
from session.view.terminal.browsing import Browsing
from session.view.terminal.drawing import Drawing
from session.view.terminal.keys import Keys
from session.view.terminal.screen import Screen
from session.view.terminal.speech import QUIETEST_DBFS
from session.view.view import UserAction

_DRAW_EVERY_S = 0.05


class LiveTerminal:
    """Draws on standard output; keys are read from standard input if it is a terminal.

    Args:
        caption_page: What to tell of the page with the captions, if it is served.
    """

    def __init__(self, caption_page: Sequence[str] = ()) -> None:
        if isinstance(sys.stdout, TextIOWrapper):  # characters that the terminal lacks become "?"
            sys.stdout.reconfigure(errors="replace")
        self._console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
        self._captions, self._browsing, self._keys = Captions(), Browsing(), Keys()
        self._drawing = Drawing(
            self._captions,
            self._browsing,
            self._console,
            has_keys=self._keys.listening,
            caption_page=caption_page,
        )
        self._screen = Screen(self._console)
        self._changed = True
        self._size = (0, 0)
        self._drawn_s = 0.0

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        before = self._measured() if isinstance(logged.event, m.LevelMeasured) else None
        current = self._captions.current
        self._captions.apply(logged)
        if self._captions.current is not current:
            self._browsing.question, self._browsing.page = None, 0
        self._changed |= before is None or before != self._measured()

    def refresh(self) -> None:
        """Draw what has changed, at a limited rate."""
        now_s, size = time.monotonic(), self._screen.size
        if (not self._changed and size == self._size) or now_s - self._drawn_s < _DRAW_EVERY_S:
            return
        self._changed, self._size, self._drawn_s = False, size, now_s
        self._screen.draw(self._drawing.rows(*size), size)

    def actions(self) -> list[UserAction]:
        """Return the actions of the keys pressed since the last call."""
        actions: list[UserAction] = []
        for key in self._keys.pressed():
            actions += self._browsing.press(key, self._captions)
            self._changed = True
        if copied := self._browsing.copied:
            self._browsing.copied = ""
            self._screen.copy(copied)
        return actions

    def __enter__(self) -> Self:
        self._keys.__enter__()
        self._screen.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._screen.leave()
            if kind is None and self._browsing.leaves_words:
                for part in self._drawing.conversation():
                    self._console.print(part)
        finally:
            self._keys.__exit__(kind, error, trace)

    def _measured(self) -> list[int]:
        """Return what depends on the levels, as exactly as it is shown."""
        captions = self._captions
        levels = [captions.levels.rms_dbfs(source) for source in captions.sources]
        step = 1 if self._browsing.aside else -QUIETEST_DBFS / 8
        return [round(level / step) for level in levels]
