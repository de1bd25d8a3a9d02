"""Look of the windows outside a session: palette, style sheet, small parts."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget

from overlay import theme
from overlay.desktop import appearance, language
from overlay.settings import OverlaySettings

_Role = QPalette.ColorRole


def application() -> QApplication:
    """Return the application of this process; widgets look the same on every desktop."""
    made = QApplication(["cuecard"])
    made.setStyle("Fusion")
    made.setDesktopFileName("cuecard")
    language.follow(made)
    return made


def follow_theme(window: QWidget, settings: OverlaySettings) -> None:
    """Draw a window in the theme of the settings or of the desktop, also when that changes."""
    appearance.follow(settings, lambda name: apply_theme(window, name, settings.font_px))


def apply_theme(window: QWidget, name: theme.Name, font_px: int = 15) -> None:
    """Draw a window with this palette from now on."""
    palette, sizes = theme.PALETTES[name], theme.Sizes(font_px)
    QApplication.setPalette(_colours(palette))
    window.setPalette(_colours(palette))
    window.setStyleSheet(_style(palette, sizes))


class Choice(QComboBox):
    """A list to choose from: its border is seen in every theme, and the wheel scrolls the page instead."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Leave the wheel to what is around it."""
        if event is not None:
            event.ignore()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the border over what the style draws."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, width = (_Role.Accent, 2.0) if self.hasFocus() else (_Role.Mid, 1.0)
        painter.setPen(QPen(self.palette().color(role), width))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 5, 5)
        painter.end()


def label(text: str = "", name: str = "", *, wraps: bool = True) -> QLabel:
    """Return a label of plain text, which screen readers read as it is."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    made.setObjectName(name)
    return made


def button(text: str, hint: str = "", name: str = "") -> QPushButton:
    """Return a button that the keyboard reaches."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(hint or text)
    made.setToolTip(hint)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


def mark(widget: QWidget, name: str) -> None:
    """Give a widget its name in the style sheet, after it was drawn with another one."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        if style := widget.style():
            style.polish(widget)


def _colours(palette: theme.Palette) -> QPalette:
    colours = QPalette(QColor(palette.code), QColor(palette.ground))
    for role, colour in (
        (_Role.WindowText, palette.text),
        (_Role.Text, palette.text),
        (_Role.ButtonText, palette.text),
        (_Role.Base, palette.code),
        (_Role.AlternateBase, palette.ground),
        (_Role.ToolTipBase, palette.ground),
        (_Role.ToolTipText, palette.text),
        (_Role.PlaceholderText, palette.faint),
        (_Role.Highlight, palette.selection),
        (_Role.HighlightedText, palette.text),
        (_Role.Accent, palette.accent),
        (_Role.Link, palette.accent),
        (_Role.Mid, palette.line),
        (_Role.Dark, palette.line),
    ):
        colours.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.faint))
    return colours


def _style(palette: theme.Palette, sizes: theme.Sizes) -> str:
    p = palette
    return f"""
        QWidget {{ font-size: {sizes.text}px; color: {p.text}; }}
        QWidget#window, QScrollArea, QScrollArea > QWidget > QWidget#rows {{ background: {p.ground}; }}
        QLabel#heading {{ font-size: {sizes.headline + 2}px; font-weight: 600; }}
        QLabel#group {{ font-weight: 600; }}
        QLabel#faint {{ color: {p.faint}; font-size: {sizes.small}px; }}
        QLabel#good {{ color: {p.good}; font-weight: 600; }}
        QLabel#warn {{ color: {p.warn}; font-weight: 600; }}
        QLabel#quote {{ background: {p.code}; border-left: 3px solid {p.accent}; padding: 12px 14px; }}
        QFrame#hairline {{ background: {p.line}; border: none; }}
        QPushButton {{ background: {p.ground}; border: 1px solid {p.line}; border-radius: 6px;
                       padding: 6px 14px; }}
        QPushButton:hover {{ border-color: {p.accent}; }}
        QPushButton:focus {{ border: 2px solid {p.accent}; padding: 5px 13px; }}
        QPushButton:disabled {{ color: {p.faint}; border-style: dashed; }}
        QPushButton#main {{ background: {p.accent}; color: {p.ground}; border-color: {p.accent};
                            font-weight: 600; }}
        QPushButton#main:focus {{ border: 2px solid {p.text}; }}
        QPushButton#main:disabled {{ background: {p.code}; color: {p.faint}; border-color: {p.line}; }}
        QCheckBox::indicator, QRadioButton::indicator {{ width: 12px; height: 12px;
            border: 2px solid {p.line}; background: {p.code}; }}
        QRadioButton::indicator {{ border-radius: 8px; }}
        QCheckBox::indicator {{ border-radius: 3px; }}
        QCheckBox::indicator:checked, QRadioButton::indicator:checked {{ width: 6px; height: 6px;
            border: 5px solid {p.accent}; background: {p.ground}; }}
        QCheckBox:focus, QRadioButton:focus {{ color: {p.accent}; }}
        QRadioButton:disabled {{ color: {p.faint}; }}
        QLineEdit, QPlainTextEdit, QListWidget {{ background: {p.code}; border: 1px solid {p.line};
            border-radius: 6px; padding: 5px 8px; selection-background-color: {p.selection};
            selection-color: {p.text}; }}
        QLineEdit:focus, QPlainTextEdit:focus, QListWidget:focus {{ border: 2px solid {p.accent};
            padding: 4px 7px; }}
        QListWidget::item {{ padding: 6px 4px; }}
        QListWidget::item:selected {{ background: {p.selection}; color: {p.text}; }}
        QPlainTextEdit {{ font-family: monospace; font-size: {sizes.small}px; }}
        QComboBox {{ padding: 5px 8px; }}
        QProgressBar {{ background: {p.code}; border: 1px solid {p.line}; border-radius: 5px; }}
        QProgressBar::chunk {{ background: {p.accent}; border-radius: 4px; }}
        QScrollBar:vertical {{ background: transparent; width: 10px; }}
        QScrollBar::handle:vertical {{ background: {p.line}; border-radius: 5px; min-height: 24px; }}
        QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
        QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
        QToolTip {{ background: {p.ground}; color: {p.text}; border: 1px solid {p.line}; padding: 4px; }}
    """
