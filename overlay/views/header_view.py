"""Draws the window's first row: the sources, what left the machine, the menu."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from overlay import theme
from overlay.state.captions import Captions
from overlay.texts import sentences, strings
from overlay.widgets.backing import Appearance
from overlay.widgets.controls import LevelDot, button
from overlay.widgets.labels import PlainLabel

_SPACING_PX = 4
_BUTTON_PADDING_PX = 20
_LEAST_ROOM_PX = 60
"""Less of the text on what was sent is of no use."""


class HeaderView(QWidget):
    """Draws the sources' levels, the kind of session and what left the machine.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._sent_text = ""
        self._shows_kind = False
        """Whether the kind is shown also where it is narrow."""
        self.dots: dict[str, LevelDot] = {}
        self.kind = PlainLabel(appearance, "faint", strings.KIND)
        self.kind.setWordWrap(False)
        self.kind.setToolTip(strings.VISIBLE)
        self.answer = button(strings.ANSWER_BUTTON, "answer", strings.ANSWER_NOW)
        self.sent = button("", "bare", strings.OPEN_LEDGER)
        self.menu = button("⋯", "bare", strings.MENU)
        self.hide_button = button("✕", "bare", strings.HIDE)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_SPACING_PX)
        self._row.addWidget(self.kind)
        self._row.addStretch(1)
        for part in (self.answer, self.sent, self.menu, self.hide_button):
            self._row.addWidget(part)

    def draw(self, captions: Captions) -> None:
        """Draw the row."""
        self.draw_levels(captions)
        self.kind.setText(sentences.kind(captions.state))
        self._shows_kind = captions.is_recorded
        practice = captions.practice
        self.answer.setVisible(captions.answer_mode != "off" and practice.ended is None)
        if practice.heading and self.answer.text() != practice.action_label:
            for show in (self.answer.setText, self.answer.setAccessibleName, self.answer.setToolTip):
                show(practice.action_label)
        total = captions.egress.total
        text = sentences.left_machine_short(total.requests, total.body_bytes, total.hosts)
        if text != self._sent_text:
            self._sent_text = text
            self.sent.setAccessibleName(f"{total}. {strings.OPEN_LEDGER}")
            self.sent.setToolTip(f"{total}. {strings.OPEN_LEDGER}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fit the row to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the text on what was sent the room that the others leave."""
        others = [*self.dots.values(), self.menu, self.hide_button]
        others += [] if self.answer.isHidden() else [self.answer]
        used = sum(part.sizeHint().width() + _SPACING_PX for part in others)
        metrics = self.sent.fontMetrics()
        room = self.width() - used - _SPACING_PX - _BUTTON_PADDING_PX
        kind = self.kind.sizeHint().width() + 2 * _SPACING_PX
        whole = metrics.horizontalAdvance(self._sent_text)
        shows_kind = self._shows_kind or room - kind >= whole
        room -= kind if shows_kind else 0
        self.kind.setVisible(shows_kind)
        shown = metrics.elidedText(self._sent_text, Qt.TextElideMode.ElideRight, max(room, 0))
        self.sent.setVisible(room >= min(_LEAST_ROOM_PX, whole))
        if shown != self.sent.text():
            self.sent.setText(shown)

    def draw_levels(self, captions: Captions) -> None:
        """Draw the levels alone."""
        for source in captions.sources:
            if source not in self.dots:
                self.dots[source] = LevelDot(self._appearance)
                self._row.insertWidget(len(self.dots) - 1, self.dots[source])
            self.dots[source].draw(
                captions.name(source),
                theme.speaker_colour(self._appearance.palette, source, captions.sources),
                captions.levels.rms_dbfs(source),
                speaks=source in captions.speaking,
                alarm=captions.levels.alarms().get(source),
                paused=source in captions.paused,
                words=captions.level_text(source),
                state=captions.source_text(source),
            )
