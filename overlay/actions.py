"""Does what the user asks for, by the names of actions in `overlay.keys`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PyQt6.QtWidgets import QApplication, QPushButton

from bus import messages as m
from bus.messages.summary import Template
from bus.stages.plan import MICROPHONE
from overlay.keys import BY
from overlay.window import OverlayWindow

_OPACITY_STEP = 0.1
_UNDER_WAY = ("waiting", "held", "streaming")


class Actions:
    """The actions of a window.

    Args:
        window: The window that they change, and through which their events are published.
    """

    def __init__(self, window: OverlayWindow) -> None:
        self._window = window
        details, exchange, placement = window.details, window.exchange, window.placement
        self._acts: dict[str, Callable[[], None]] = {
            "answer": self._answer,
            "practice_next": self._answer,
            "cancel": self._cancel,
            "again": lambda: self._vary("again"),
            "shorter": lambda: self._vary("shorter"),
            "longer": lambda: self._vary("longer"),
            "copy": self._copy,
            "earlier": lambda: exchange.show_other(-1),
            "later": lambda: exchange.show_other(1),
            "page_down": lambda: exchange.scroll_answer(1),
            "page_up": lambda: exchange.scroll_answer(-1),
            "more": self._more,
            "toggle": lambda: window.show_or_hide("toggle"),
            "next_monitor": placement.to_next_monitor,
            "fainter": lambda: window.set_opacity(window.appearance.opacity - _OPACITY_STEP),
            "firmer": lambda: window.set_opacity(window.appearance.opacity + _OPACITY_STEP),
            "smaller_text": lambda: window.set_text_size(window.appearance.sizes.text - 1),
            "larger_text": lambda: window.set_text_size(window.appearance.sizes.text + 1),
            "click_through": lambda: window.set_click_through(on=not window.clicks_pass),
            "keyboard": window.take_keyboard,
            "pause": self._pause,
            "mute": self._mute,
            "mark": lambda: window.published.emit(m.MomentMarked(by=BY)),
            "strike": lambda: window.published.emit(m.RedactionRequested(by=BY)),
            "sent": lambda: details.open(details.sent, window.captions),
            "details": lambda: details.open(details.status, window.captions),
            "latency": lambda: details.open(details.latency, window.captions),
            "end": window.ask_end,
        }
        window.action_requested.connect(self.act)
        window.menu.summary_chosen.connect(self._summarize)
        window.notice.summary_requested.connect(self._summarize_first)
        for asking in (window.exchange.held, window.summary):
            asking.decided.connect(self._decide)

    def act(self, name: str) -> None:
        """Do what an action says."""
        self._acts[name]()

    def _answer(self) -> None:
        self._window.published.emit(m.AnswerRequested(by=BY))

    def _pause(self) -> None:
        """Pause all sources, or continue them if all are paused."""
        paused = self._window.captions.state != "paused"
        self._window.published.emit(m.PauseRequested(paused=paused, by=BY))

    def _mute(self) -> None:
        """Mute the microphone, or capture it again."""
        captions = self._window.captions
        if MICROPHONE in captions.sources:
            paused = MICROPHONE not in captions.paused
            self._window.published.emit(m.PauseRequested(source=MICROPHONE, paused=paused, by=BY))

    def _more(self) -> None:
        """Press the button that has the focus, for its key is the same as that of every button."""
        focused = self._window.focusWidget()
        if isinstance(focused, QPushButton) and focused is not self._window.header.menu:
            focused.click()
        else:
            self._window.toggle_full()

    def _vary(self, variant: Literal["again", "shorter", "longer"]) -> None:
        if (exchange := self._window.exchange.current) is not None:
            self._window.published.emit(
                m.VariantRequested(question=exchange.question, variant=variant, by=BY)
            )

    def _summarize(self, template: Template) -> None:
        self._window.published.emit(m.SummaryRequested(template=template, by=BY))
        self._window.summary.open(self._window.captions.summary)

    def _summarize_first(self) -> None:
        """Pause all sources, since the session is over but for its summary, and offer the templates."""
        self._window.published.emit(m.PauseRequested(paused=True, by=BY))
        menu, button = self._window.menu, self._window.notice.summary
        menu.clear()
        menu.fill_summaries(menu)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _decide(self, question: int, allowed: bool) -> None:
        """Allow or deny a held request."""
        self._window.published.emit(m.RequestDecided(question=question, allowed=allowed, by=BY))

    def _cancel(self) -> None:
        """Cancel the question whether to end, or the answer; if there is neither, give the keyboard back."""
        window, current = self._window, self._window.captions.current
        if window.notice.asks_end:
            window.notice.go_on.click()
        elif current is not None and current.state in _UNDER_WAY:
            window.published.emit(m.CancelRequested(by=BY))
        elif window.has_keyboard:
            window.give_keyboard_back()

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if (exchange := self._window.exchange.current) is not None and clipboard is not None:
            clipboard.setText(exchange.answer)
