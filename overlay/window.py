"""The overlay's window: arranges and draws the views of a session.

What the user does is a signal with the event to publish.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QFrame, QVBoxLayout

from bus import messages as m
from overlay import theme
from overlay.desktop.background_window import BackgroundWindow
from overlay.keys import BY
from overlay.placement import Placement
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.texts import strings
from overlay.views.caption_view import CaptionView
from overlay.views.details_window import DetailsWindow
from overlay.views.exchange_view import ExchangeView
from overlay.views.header_view import HeaderView
from overlay.views.menu import Menu
from overlay.views.notice_view import NoticeView
from overlay.views.practice_view import PracticeView
from overlay.views.summary_window import SummaryWindow
from overlay.widgets.backing import Appearance, paint_ground
from overlay.widgets.controls import SizeGrip

_STRIP_LINES, _STRIP_PARAGRAPHS = 2, 3
_PANE_PARAGRAPHS = 40
_MARGIN_PX = 10
_FAINTEST = 0.2
_WHEEL_STEP = 0.05
_TEXT_SIZES_PX = range(10, 41)
_CAPTIONS_SCALE = 1.6
_FULL_SCALE = 1.7
"""How much higher the window is with everything than with the newest answer alone."""


class OverlayWindow(BackgroundWindow):
    """The window.

    Args:
        settings: Its position and appearance.
        global_keys: The keys that work everywhere, by action, for the menu.
    """

    published = pyqtSignal(object)
    """The user did something that other stages must know: the event to publish."""

    action_requested = pyqtSignal(str)
    """The user chose an action of `overlay.keys`, by button, menu or key."""

    def __init__(self, settings: OverlaySettings, global_keys: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.setObjectName("overlay")
        self.setWindowTitle(strings.TITLE)
        self.captions = Captions()
        self._layout_name = settings.layout
        self._unfolded = False
        self.appearance = Appearance()
        self.appearance.opacity = settings.opacity
        self.appearance.sizes = theme.Sizes(settings.font_px)
        self.header = HeaderView(self.appearance)
        self.strip = CaptionView(self.appearance, _STRIP_PARAGRAPHS, _STRIP_LINES)
        self.practice = PracticeView(self.appearance)
        self.exchange = ExchangeView(self.appearance)
        self.pane = CaptionView(self.appearance, _PANE_PARAGRAPHS)
        self.notice = NoticeView(self.appearance)
        self.details = DetailsWindow(self.appearance)
        self.summary = SummaryWindow(self.appearance)
        self.menu = Menu(self, global_keys or {})
        self.placement = Placement(self, self.appearance, settings)
        self._build()
        self._connect()
        self.set_theme("dark")
        if settings.click_through:
            self.set_click_through(on=True)

    # What is drawn

    def draw(self, captions: Captions) -> None:
        """Draw the state of the session."""
        self.captions = captions
        self._arrange()
        self.header.draw(captions)
        for view in (self.strip, self.pane):
            if not view.isHidden():
                view.draw(captions)
        self.practice.draw(captions.practice)
        self.exchange.draw(captions)
        self.notice.draw(captions.problems.current(captions.names))
        if self.details.isVisible():
            self.details.draw(captions)
        self.summary.draw(captions.summary)
        self._fit_height()
        for _ in range(2):  # labels learn their width, and so their height, in the same frame
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def forget(self, captions: Captions) -> None:
        """Draw everything again, hidden parts too, so that none holds words that were removed."""
        self.exchange.forget()
        for view in (self.strip, self.pane, self.details):
            view.draw(captions)
        self.draw(captions)

    @property
    def is_seen(self) -> bool:
        """Whether it, its details or a summary, are on the screen."""
        return self.isVisible() or self.details.isVisible() or self.summary.isVisible()

    def draw_levels(self, captions: Captions) -> None:
        """Draw the levels alone."""
        self.header.draw_levels(captions)

    def set_theme(self, name: theme.Name) -> None:
        """Draw with this palette from now on."""
        self.appearance.palette = theme.PALETTES[name]
        self._restyle()

    # What the user can do

    def show_or_hide(self, action: str) -> None:
        """Show ("show"), hide ("hide") or toggle the window, or move it to another monitor."""
        if action == "next_monitor":
            self.placement.to_next_monitor()
        elif action == "show" or (action == "toggle" and not self.isVisible()):
            self.set_click_through(on=False)
            self.draw(self.captions)  # nothing was drawn while it was hidden
            self.show()
            self.placement.keep_on_monitor()
        else:
            self.hide()

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the ground; that behind text stays high enough to read it."""
        self.appearance.opacity = round(min(max(opacity, _FAINTEST), 1.0), 2)
        self.placement.publish_soon()
        self._restyle()

    # Qt's events

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the ground and its border."""
        paint_ground(self, self.appearance)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Change the opacity with the wheel, above the first row or with Ctrl."""
        if event is not None:
            is_header = event.position().y() <= self.header.geometry().bottom()
            if is_header or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.set_opacity(
                    self.appearance.opacity + _WHEEL_STEP * (1 if event.angleDelta().y() > 0 else -1)
                )

    def event(self, event: QEvent | None) -> bool:
        """Fit the height when a part needs another one."""
        used = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._fit_height()
        return used

    # Parts

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN_PX, 6, _MARGIN_PX, 6)
        layout.setSpacing(6)
        layout.addWidget(self.header)
        layout.addWidget(self.strip)
        self._hairline = QFrame()
        self._hairline.setObjectName("hairline")
        self._hairline.setFixedHeight(1)
        layout.addWidget(self._hairline)
        layout.addWidget(self.practice, stretch=2)
        layout.addWidget(self.exchange, stretch=3)
        layout.addWidget(self.pane, stretch=2)
        layout.addWidget(self.notice)
        self._grip = SizeGrip(self, self.appearance)
        self.setMinimumWidth(260)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not its first button
        self.setFocus()

    def _connect(self) -> None:
        self.header.menu.clicked.connect(self._open_menu)
        self.header.hide_button.clicked.connect(self.hide)
        self.header.sent.clicked.connect(lambda: self.action_requested.emit("sent"))
        self.header.answer.clicked.connect(lambda: self.action_requested.emit("answer"))
        self.exchange.more_requested.connect(self.toggle_full)
        self.notice.end_decided.connect(self._end_decided)
        self.menu.chosen.connect(self.action_requested.emit)
        self.menu.provider_chosen.connect(
            lambda provider, model: self.published.emit(
                m.ProviderRequested(provider=provider, model=model, by=BY)
            )
        )
        self.menu.pause_chosen.connect(
            lambda source, pause: self.published.emit(m.PauseRequested(source=source, paused=pause, by=BY))
        )
        self.placement.changed.connect(self.published.emit)
        for text in (self.strip, self.exchange.answer, self.pane):
            if (viewport := text.viewport()) is not None:
                viewport.installEventFilter(self.placement)
        self.installEventFilter(self.placement)

    def _arrange(self) -> None:
        """Show what belongs to the layout."""
        captions, name = self.captions, self._layout_name
        unfolded = captions.current is not None or bool(captions.practice.heading)
        self.strip.setVisible(name == "compact")
        self.pane.setVisible(name != "compact")
        self.exchange.setVisible(name != "captions" and captions.current is not None)
        self.practice.setVisible(name != "captions" and bool(captions.practice.heading))
        self._hairline.setVisible(name == "compact" and unfolded)
        self.exchange.full = name == "full"
        self._unfolded = unfolded or name != "compact"

    def _fit_height(self) -> None:
        """Unfold downwards for the first question; before it, be as low as the captions allow."""
        scale = _FULL_SCALE if self._layout_name == "full" else 1.0
        self.placement.set_height(scale if self._unfolded else None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Keep the grip in its corner, and remember a size that the user chose."""
        self.placement.resized()
        self._grip.move(self.width() - self._grip.width() - 2, self.height() - self._grip.height() - 2)

    def _restyle(self) -> None:
        sizes = self.appearance.sizes
        self.setStyleSheet(theme.style_sheet(self.appearance.palette, sizes, self.appearance.opacity))
        for window in (self.details, self.summary):
            window.setStyleSheet(theme.style_sheet(self.appearance.palette, sizes))
        large = theme.Sizes(round(sizes.text * _CAPTIONS_SCALE))
        self.pane.setStyleSheet(f"font-size: {large.text}px" if self._layout_name == "captions" else "")
        for view in (self.strip, self.pane):
            view.fit()
        self.exchange.refresh()
        self.draw(self.captions)

    # Modes

    def _open_menu(self) -> None:
        self.menu.fill(self.captions)
        button = self.header.menu
        self.menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def toggle_full(self) -> None:
        """Show everything, or the newest answer alone."""
        self._layout_name = "compact" if self._layout_name == "full" else "full"
        self._restyle()

    def set_text_size(self, size_px: int) -> None:
        """Set the size of running text, within limits."""
        if size_px in _TEXT_SIZES_PX:
            self.appearance.sizes = theme.Sizes(size_px)
            self.placement.publish_soon()
            self._restyle()

    def ask_end(self) -> None:
        """Ask whether the session is to end."""
        self.show_or_hide("show")
        self.notice.ask_end(can_summarize=self.captions.can_summarize)
        self._fit_height()

    def _end_decided(self, end: bool) -> None:
        if end:
            self.published.emit(m.EndRequested(by=BY))
        self._fit_height()

    def take_keyboard(self) -> None:
        """Accept the focus, for the menu first, until another window is chosen."""
        super().take_keyboard()
        self.header.menu.setFocus()
