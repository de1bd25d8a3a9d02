"""Terminal view: settled turns scroll away, a live region below them changes.

The region is redrawn only when it has changed, at most eight times a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType

from bus import messages as m
from overlay.state.captions import Captions, final_lines
from overlay.state.exchange import Exchange
from overlay.state.transcript import Outcome
from session.view import practice_lines
from session.view.drawing import Drawing, Held
from session.view.keys import Keys
from session.view.live_region import LiveRegion, rewraps
from session.view.printed_turns import PrintedTurns
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
        self._turns = PrintedTurns()
        self._printed: set[tuple[str, int]] = set()
        """Practice entries and exchanges."""
        self._prints = 0
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
        settled = self._captions.transcript.settled(time.monotonic_ns())
        stdout = self._print_finals(settled)
        held = self._held()
        fingerprint = self._drawing.fingerprint(held), self._console.size
        if stdout or fingerprint != self._drawn:
            self._drawn = fingerprint
            self._region.draw(self._drawing.moving(self._console.height, held))

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
            self._print_finals(self._captions.transcript.outcomes(ended=True))
            for unfinished in self._drawing.unfinished():
                self._region.print(unfinished)
            self._region.close()
        finally:
            self._keys.__exit__(kind, error, trace)

    def _print_finals(self, settled: Iterable[Outcome]) -> bool:
        """Print what is final into the scrollback, once; return whether there was anything."""
        before = self._prints
        self._print_turns(settled)
        for number, entry in enumerate(self._captions.practice.entries):
            if self._is_new("practice", number):
                self._print_turns(self._captions.transcript.outcomes(ended=True))
                if not isinstance(entry, m.PracticeAnswerMeasured):  # feedback comes before the next question
                    self._print_exchanges()
                self._print(practice_lines.drawn(entry))
        self._print_exchanges()
        return self._prints > before

    def _print_turns(self, outcomes: Iterable[Outcome]) -> None:
        for line in final_lines(self._captions.transcript, self._turns.take_new(outcomes)):
            self._print(self._drawing.line(line))

    def _print_exchanges(self) -> None:
        for exchange in self._captions.exchanges:
            is_over = exchange.state in ("finished", "stopped")
            if is_over and not self._is_held(exchange) and self._is_new("?", exchange.question):
                self._print(self._drawing.exchange(exchange))

    def _held(self) -> Held:
        """Return what is final and not printed yet."""
        waiting = [
            outcome
            for outcome in self._captions.transcript.outcomes()
            if not self._turns.contains(outcome.source, outcome.utterance)
        ]
        current = self._captions.current
        return Held(
            tuple(final_lines(self._captions.transcript, waiting)),
            exchange=current is not None and self._is_held(current),
        )

    def _is_held(self, exchange: Exchange) -> bool:
        """Return whether an exchange waits for the turn that it belongs to."""
        return ("?", exchange.question) not in self._printed and any(
            outcome.source == exchange.source
            and exchange.utterance in (outcome.utterance, *getattr(outcome, "replaces", ()))
            and not self._turns.contains(outcome.source, outcome.utterance)
            for outcome in self._captions.transcript.outcomes(ended=True)
        )

    def _print(self, content: RenderableType) -> None:
        self._region.print(content)
        self._prints += 1

    def _is_new(self, kind: str, number: int) -> bool:
        """Return whether this was not printed before, and mark it as printed."""
        new = (kind, number) not in self._printed
        self._printed.add((kind, number))
        return new
