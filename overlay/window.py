"""The overlay's window: frameless, on top, without focus.

It is visible in screen sharing like every other window, on purpose.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QMouseEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from overlay import strings, theme
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.views.answer_view import AnswerView
from overlay.views.caption_view import CaptionView
from overlay.views.ledger_view import LedgerView
from overlay.views.practice_view import PracticeView
from overlay.views.status_view import StatusView
from overlay.widgets.controls import SizeGrip, button

_EDGE_PX = 24
_FAINTEST, _SOLID = 30, 100
_WITH_A_QUESTION, _WITHOUT = (3, 2), (1, 4)
"""Stretch factors of answer and captions."""
_FLAGS = (
    Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.Tool
    | Qt.WindowType.WindowDoesNotAcceptFocus
)


class OverlayWindow(QWidget):
    """The window.

    Args:
        settings: Its position and appearance.
    """

    closed = pyqtSignal()
    """The user closed the window, which ends the session."""

    answer_requested = pyqtSignal()
    """The user requested an answer to what was just said."""

    request_decided = pyqtSignal(int, bool)
    """The user approved or rejected the held request of this question."""

    provider_requested = pyqtSignal(str, str)
    """The user chose this provider and model ("" for any)."""

    def __init__(self, settings: OverlaySettings) -> None:
        super().__init__(None, _FLAGS)
        self.setObjectName("overlay")
        self.setWindowTitle(strings.TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(theme.style_sheet(settings.font_px))
        self.setMinimumSize(300, 540)
        self._captions = Captions()
        self.captions_view, self.answer_view, self.status_view = CaptionView(), AnswerView(), StatusView()
        self.practice_view = PracticeView()
        self.ledger = LedgerView(self)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.answer = button(strings.ANSWER_NOW, "answer", strings.ANSWER_NOW)
        self.end = button("✕", "bare", strings.END_SESSION)
        self._build(settings)
        self._place(settings)

    def draw(self, captions: Captions) -> None:
        """Draw the captions."""
        self._captions = captions
        self.captions_view.draw(captions)
        self.practice_view.draw(captions.practice)
        self.answer_view.draw(captions)
        self.status_view.draw(captions)
        self.answer.setVisible(captions.answer_mode != "off" and captions.practice.ended is None)
        if captions.practice.heading:
            for set_text in (self.answer.setText, self.answer.setAccessibleName, self.answer.setToolTip):
                set_text(captions.practice.action_label)
        self._set_stretch(_WITH_A_QUESTION if captions.current else _WITHOUT)
        if self.ledger.isVisible():
            self.ledger.draw(captions)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Move the window with the mouse."""
        handle = self.windowHandle()
        if event and event.button() == Qt.MouseButton.LeftButton and handle:
            handle.startSystemMove()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """End the session."""
        self.ledger.close()
        self.closed.emit()
        super().closeEvent(event)

    def _build(self, settings: OverlaySettings) -> None:
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 8)
        layout.setSpacing(10)
        layout.addLayout(self._header(settings))
        layout.addWidget(self.practice_view)
        layout.addWidget(self.answer_view)
        layout.addWidget(self.captions_view)
        layout.addLayout(self._actions())
        layout.addWidget(self.status_view)
        self.status_view.ledger.clicked.connect(self._show_ledger)
        self.status_view.provider.provider_chosen.connect(self.provider_requested.emit)
        self.answer_view.held.decided.connect(self.request_decided.emit)

    def _header(self, settings: OverlaySettings) -> QHBoxLayout:
        title = QLabel(strings.TITLE)
        title.setObjectName("title")
        title.setToolTip(strings.TITLE_HINT)
        self.opacity.setRange(_FAINTEST, _SOLID)
        self.opacity.setFixedWidth(80)
        self.opacity.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.opacity.setAccessibleName(strings.OPACITY_NAME)
        self.opacity.setToolTip(strings.OPACITY)
        self.opacity.valueChanged.connect(lambda percent: self.setWindowOpacity(percent / 100))
        self.opacity.setValue(round(settings.opacity * 100))
        self.end.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self.opacity)
        row.addWidget(self.end)
        return row

    def _actions(self) -> QHBoxLayout:
        self.answer.clicked.connect(self.answer_requested.emit)
        row = QHBoxLayout()
        row.addWidget(self.answer)
        row.addStretch(1)
        row.addWidget(SizeGrip(self), alignment=Qt.AlignmentFlag.AlignBottom)
        return row

    def _set_stretch(self, shares: tuple[int, int]) -> None:
        for view, share in zip((self.answer_view, self.captions_view), shares, strict=True):
            self._layout.setStretchFactor(view, share)

    def _place(self, settings: OverlaySettings) -> None:
        self.resize(settings.width, settings.height)
        screen = QGuiApplication.primaryScreen()
        if screen is None:
            return
        room = screen.availableGeometry()
        x = room.right() - settings.width - _EDGE_PX if settings.x is None else settings.x
        y = room.top() + _EDGE_PX if settings.y is None else settings.y
        self.move(QPoint(x, y))

    def _show_ledger(self) -> None:
        self.ledger.draw(self._captions)
        self.ledger.show()
