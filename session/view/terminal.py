"""Terminal view: final lines scroll away, a live region below them changes.

The region is redrawn only when it has changed, at most eight times a second.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console

from bus import messages as m
from overlay.state.captions import Captions
from session.view import practice_lines
from session.view.drawing import Drawing
from session.view.keys import Keys
from session.view.live_region import LiveRegion, rewraps
from session.view.view import UserAction

_DRAW_EVERY_S = 0.125


class LiveTerminal:
    """Draws on standard output; keys are read from standard input if it is a terminal."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
        self._captions = Captions()
        self._keys = Keys()
        self._drawing = Drawing(self._captions, has_keys=self._keys.listening)
        self._region = LiveRegion(self._console, rewraps=rewraps())
        self._printed: set[tuple[str, int]] = set()
        self._drawn: object = None
        self._drawn_s = 0.0

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        self._captions.apply(logged)

    def refresh(self) -> None:
        """Draw what has changed, at a limited rate."""
        now_s = time.monotonic()
        if now_s - self._drawn_s < _DRAW_EVERY_S:
            return
        self._drawn_s = now_s
        stdout = self._print_finals()
        fingerprint = self._drawing.fingerprint(), self._console.size
        if stdout or fingerprint != self._drawn:
            self._drawn = fingerprint
            self._region.draw(self._drawing.moving(self._console.height))

    def actions(self) -> list[UserAction]:
        """Return the actions of the keys: space or a requests an answer, y and n decide a held request."""
        current = self._captions.current
        held = current.held if current else None
        actions: list[UserAction] = []
        for key in self._keys.pressed():
            if key in " a":
                actions.append(m.AnswerRequested(by="view"))
            elif key in "yn" and held is not None:
                actions.append(m.RequestDecided(question=held.question, allowed=key == "y", by="view"))
        return actions

    def __enter__(self) -> Self:
        self._keys.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._print_finals()
            for unfinished in self._drawing.unfinished():
                self._region.print(unfinished)
            self._region.close()
        finally:
            self._keys.__exit__(kind, error, trace)

    def _print_finals(self) -> bool:
        """Print what is final into the scrollback, once; return whether there was anything."""
        before = len(self._printed)
        for line in self._captions.lines:
            if self._is_new(line.source, line.utterance):
                self._region.print(self._drawing.line(line))
        for number, entry in enumerate(self._captions.practice.entries):
            if self._is_new("practice", number):
                if not isinstance(entry, m.PracticeAnswerMeasured):  # feedback comes before the next question
                    self._print_exchanges()
                self._region.print(practice_lines.drawn(entry))
        self._print_exchanges()
        return len(self._printed) > before

    def _print_exchanges(self) -> None:
        for exchange in self._captions.exchanges:
            is_over = exchange.state in ("finished", "stopped")
            if is_over and self._is_new("?", exchange.question):
                self._region.print(self._drawing.exchange(exchange))

    def _is_new(self, kind: str, number: int) -> bool:
        """Return whether this was not printed before, and mark it as printed."""
        new = (kind, number) not in self._printed
        self._printed.add((kind, number))
        return new
