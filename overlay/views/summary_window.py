"""Summary window: consent with every byte that would leave, progress, and the result."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from bus import messages as m
from overlay.state.summary import Summary
from overlay.texts import sentences, strings, summary_texts
from overlay.widgets.backing import Appearance
from overlay.widgets.controls import button
from overlay.widgets.documents import InertText
from overlay.widgets.labels import PlainLabel


class SummaryWindow(QWidget):
    """An ordinary window, which takes the focus like any other, because the user asked for it.

    Args:
        appearance: What it draws with.
    """

    decided = pyqtSignal(int, bool)
    """The user approved or rejected the request of this question."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(strings.SUMMARY_WINDOW)
        self.resize(620, 460)
        self._drawn = Summary()
        self.head = PlainLabel(appearance, "warn", strings.SUMMARY)
        self.text = InertText(appearance, strings.SUMMARY_RESULT, follows=False)
        self.send = button(strings.SEND, "answer", strings.SEND_REQUEST)
        self.do_not_send = button(strings.DO_NOT_SEND, "answer", strings.DO_NOT_SEND_REQUEST)
        self.send.clicked.connect(lambda: self._decide(allowed=True))
        self.do_not_send.clicked.connect(lambda: self._decide(allowed=False))
        buttons = QHBoxLayout()
        for each in (self.send, self.do_not_send):
            buttons.addWidget(each)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.head)
        layout.addWidget(self.text, stretch=1)
        layout.addLayout(buttons)
        self._show()

    def open(self, summary: Summary) -> None:
        """Show the window, for a summary that was just requested.

        Args:
            summary: The newest one; it stays if it waits for approval.
        """
        self.draw(summary if summary.held else Summary())
        self.show()
        self.raise_()
        self.activateWindow()

    def draw(self, summary: Summary) -> None:
        """Draw the newest summary."""
        if summary == self._drawn:
            return
        self._drawn = Summary(summary.started, summary.held, summary.finished, summary.stopped)
        self._show()

    def _show(self) -> None:
        drawn = self._drawn
        held, started = drawn.held, drawn.started
        asks = held is not None and started is not None
        for each in (self.send, self.do_not_send):
            each.setVisible(asks)
        if held is not None and started is not None:
            self.head.setText(summary_texts.consent(held, started))
            self.text.setPlainText(held.body)
        else:
            self.head.setText("".join(_heads(drawn)))
            self.text.show_html("".join(_result(drawn.finished)) if drawn.finished else "")
        self.text.to_start()

    def _decide(self, *, allowed: bool) -> None:
        if self._drawn.held is not None:
            self.decided.emit(self._drawn.held.question, allowed)


def _heads(summary: Summary) -> Iterator[str]:
    """Yield the one sentence that is shown above a summary."""
    if summary.stopped is not None:
        yield sentences.sentences(summary.stopped.cause, summary.stopped.fix)
    elif summary.finished is not None:
        yield strings.SUMMARY_SAVED
    elif summary.started is not None:
        yield summary_texts.under_way(summary.started)
    else:
        yield strings.SUMMARY_REQUESTED


def _result(finished: m.SummaryFinished) -> Iterator[str]:
    lists = [*summary_texts.rows(finished)]
    for heading, rows in lists:
        yield f"<p style='font-weight:600;margin:8px 0 4px 0'>{escape(heading)}</p>"
        yield from (f"<p style='margin:0 0 2px 0'>{escape(row)}</p>" for row in rows)
    for remark in summary_texts.remarks(is_empty=not lists, dropped=finished.dropped):
        yield f"<p style='margin:8px 0 0 0'>{escape(remark)}</p>"
