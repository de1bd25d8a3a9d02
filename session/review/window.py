"""The window of the page: read the session, save it or forget it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bus.failures import Failure
from overlay import theme
from overlay.texts import sentences
from overlay.widgets.backing import Appearance
from overlay.widgets.labels import PlainLabel
from session.encryption import encrypted_name, is_encrypted
from session.review import strings
from session.review.handover import Chosen, FileSaved, Handover, Mode, Report
from session.review.reading import Reading
from session.review.receipt import ReceiptView
from session.review.save_dialogs import PassphraseDialog, SaveDialog, StoreDialog
from session.review.saving import save_as, save_in_store, suggested
from session.transcript import facts

_SIZE_PX = 780, 820
_RECEIPT_SIZE_PX = 560, 300


class State(Enum):
    """How far the user is."""

    UNDECIDED = "nothing was chosen"
    ASKED = "the user wanted to close, and was asked"
    SAVED = "the session was saved"
    WIPED = "the page holds the session no more"


class ReviewWindow(QWidget):
    """The page.

    Args:
        handover: What it shows.
        mode: "window" for a session that has ended, "file" for a saved one, which is only read.
        report: Called with what the user does.
    """

    def __init__(self, handover: Handover, mode: Mode, report: Callable[[Report], None]) -> None:
        super().__init__()
        self._handover: Handover | None = handover
        self._report, self._is_file = report, mode == "file"
        self._can_store = bool(handover.store) and not self._is_file
        self.state = State.SAVED if handover.saved_to or self._is_file else State.UNDECIDED
        self.saved_to = [*handover.saved_to]
        self.appearance = Appearance()
        self.appearance.sizes = theme.Sizes(handover.font_px)
        self.title = PlainLabel(self.appearance, "heading", strings.TITLE)
        self.summary = PlainLabel(self.appearance, "faint", strings.TEXT)
        self.reading = Reading(self.appearance, handover.session)
        self.receipt = ReceiptView(self.appearance)
        self.message = PlainLabel(self.appearance, "faint", strings.NOTHING_KEPT)
        self.save = _button(strings.SAVE, strings.SAVE_SESSION)
        self.store = _button(strings.STORE, strings.STORE_SESSION)
        self.encrypt = _tick(strings.ENCRYPT, strings.ENCRYPT_FILE)
        self.encrypt.setChecked(handover.encrypts)
        self.encrypt.setEnabled(not handover.encrypts)
        self.forget = _button(strings.FORGET, strings.FORGET_SESSION)
        self.close_page = _button(strings.CLOSE, strings.CLOSE_PAGE)
        self._build(handover)
        self._draw_state()
        self.set_theme("dark")

    def set_theme(self, name: theme.Name) -> None:
        """Draw with this palette from now on."""
        self.appearance.palette = theme.PALETTES[name]
        self.setStyleSheet(_style(self.appearance.palette, self.appearance.sizes))
        if self._handover is not None:
            self.reading.draw(self._handover.session)

    def choose_file(self) -> None:
        """Let the user choose a file, and save to it."""
        if self._handover is None or self._is_file:
            return
        path = suggested(self._handover.session, ".md")
        dialog = SaveDialog(self, encrypted_name(path) if self.encrypt.isChecked() else path)
        if not dialog.exec():
            return
        path = Path(dialog.selectedFiles()[0])
        path = encrypted_name(path) if self.encrypt.isChecked() else path
        if not is_encrypted(path):
            self.save_to(path)
        elif (asked := PassphraseDialog(self)).exec():
            self.save_to(path, asked.passphrase)

    def save_to(self, path: Path, passphrase: str = "") -> None:
        """Save the session to a file, and say where it is.

        Args:
            path: The file.
            passphrase: Encrypts it, if its name ends in .age.
        """
        if self._handover is None:
            return
        session = self._handover.session
        saved = self._saved(lambda: save_as(session, path, passphrase))
        if saved not in (None, path):
            self._say(strings.SAVED_BESIDE.format(wanted=path.name, path=saved))

    def choose_store(self) -> None:
        """Let the user choose how long the store keeps the session, and save it there."""
        if self._handover is None or not self._handover.store or self._is_file:
            return
        encrypts = self.encrypt.isChecked()
        asked = StoreDialog(self, self._handover.store, self._handover.expire, encrypts=encrypts)
        if not asked.exec():
            return
        if not asked.encrypt.isChecked():
            self.save_in_store(asked.expire)
        elif (typed := PassphraseDialog(self)).exec():
            self.save_in_store(asked.expire, typed.passphrase)

    def save_in_store(self, expire: str, passphrase: str = "") -> None:
        """Save the session to the store, and say where it is.

        Args:
            expire: How long it is kept: "30d", or "never".
            passphrase: Encrypts it, if there is one.
        """
        if self._handover is not None:
            session, folder = self._handover.session, Path(self._handover.store)
            self._saved(lambda: save_in_store(session, folder, expire, passphrase))

    def _saved(self, save: Callable[[], Path]) -> Path | None:
        """Save the session, show and report its file, and return it; show a failure."""
        try:
            saved = save()
        except Failure as failure:
            self._say(sentences.sentences(failure.problem, failure.fix), name="asked")
            return None
        self._report(FileSaved(path=str(saved)))
        self.saved_to.append(str(saved))
        self.state = State.SAVED
        self._draw_state()
        return saved

    def wipe(self) -> None:
        """Delete the session from this page, and show what was wiped."""
        if self._handover is None:
            return
        receipt, self._handover = self._handover.receipt, None
        self.reading.wipe()
        self._report(Chosen())
        self.state = State.WIPED
        self.receipt.draw(receipt, self.saved_to)
        self._draw_state()
        self.resize(*_RECEIPT_SIZE_PX)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Ask once whether to save, then wipe and show the receipt, then close."""
        if event is None or self.state is State.WIPED or self._is_file:
            return
        event.ignore()
        if self.state is State.UNDECIDED:
            self.state = State.ASKED
            self._draw_state()
            self.activateWindow()
            self.save.setFocus()
        else:
            self.wipe()

    def _draw_state(self) -> None:
        wiped = self.state is State.WIPED
        self._stack.setCurrentWidget(self.receipt if wiped else self.reading)
        saved = bool(self.saved_to)
        self.save.setVisible(not wiped and not self._is_file)
        self.save.setText(strings.SAVE_ANOTHER if saved else strings.SAVE)
        self.save.setAccessibleName(strings.SAVE_ANOTHER_COPY if saved else strings.SAVE_SESSION)
        self.encrypt.setVisible(not wiped and not self._is_file)
        self.store.setVisible(not wiped and self._can_store)
        self.forget.setVisible(not wiped and not self._is_file)
        self.forget.setText(strings.DONE if saved else strings.FORGET)
        self.forget.setAccessibleName(strings.DONE_WITH_SESSION if saved else strings.FORGET_SESSION)
        self.close_page.setVisible(wiped or self._is_file)
        _mark(self.save, "" if saved else "main")
        _mark(self.forget, "main" if saved else "")
        if wiped:
            self.title.setText(strings.RECEIPT_SAVED if saved else strings.RECEIPT_NOTHING)
            self.summary.hide()
            self.close_page.setFocus()
        if self._is_file:
            self._say(self.saved_to[0] if saved else "")
        elif wiped:
            self._say("")
        elif saved:
            self._say(strings.SAVED_TO.format(path=self.saved_to[-1]))
        else:
            asked = self.state is State.ASKED
            self._say(
                strings.NOTHING_KEPT_CLOSE if asked else strings.NOTHING_KEPT,
                name="asked" if asked else "faint",
            )

    def _say(self, text: str, *, name: str = "faint") -> None:
        self.message.setText(text)
        _mark(self.message, name)

    def _build(self, handover: Handover) -> None:
        self.setObjectName("window")
        self.setWindowTitle(strings.TITLE)
        self.resize(*_SIZE_PX)
        self.title.setText(facts.title(handover.session))
        self.summary.setText(facts.in_one_line(handover.session))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.reading)
        self._stack.addWidget(self.receipt)
        foot = QHBoxLayout()
        foot.addWidget(self.message, stretch=1)
        foot.addWidget(self.encrypt)
        for button in (self.forget, self.store, self.save, self.close_page):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self.title)
        layout.addWidget(self.summary)
        layout.addWidget(self._stack, stretch=1)
        layout.addLayout(foot)
        self.save.clicked.connect(self.choose_file)
        self.store.clicked.connect(self.choose_store)
        self.forget.clicked.connect(self.wipe)
        self.close_page.clicked.connect(self.close)
        self.save.setDefault(True)
        self.close_page.setObjectName("main")
        for keys, action in ((QKeySequence.StandardKey.Save, self.choose_file), ("Esc", self.close)):
            QShortcut(QKeySequence(keys), self, action)


def _style(palette: theme.Palette, sizes: theme.Sizes) -> str:
    """Return the overlay's style, and what the page has besides: tabs, a button that stands out, a dialog."""
    p = palette
    return f"""{theme.style_sheet(p, sizes)}
        QLabel#heading {{ font-size: {sizes.headline}px; font-weight: 600; }}
        QLabel#asked {{ color: {p.warn}; font-weight: 600; }}
        QTabWidget::pane {{ border: none; border-top: 1px solid {p.line}; }}
        QTabBar::tab {{ color: {p.faint}; padding: 7px 4px; margin-right: 18px; border: none; }}
        QTabBar::tab:selected {{ color: {p.text}; border-bottom: 2px solid {p.accent}; }}
        QTabBar::tab:focus {{ color: {p.accent}; }}
        QPushButton#main {{ background: {p.accent}; color: {p.ground}; font-weight: 600; }}
        QPushButton:focus {{ border: 2px solid {p.text}; }}
        QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {p.faint}; border-radius: 3px; }}
        QCheckBox::indicator:checked {{ background: {p.accent}; border-color: {p.accent}; }}
        QCheckBox:focus {{ color: {p.accent}; }}
        QFileDialog, QDialog {{ background: {p.ground}; }}
        QFileDialog QAbstractItemView, QDialog QLineEdit, QFileDialog QComboBox {{
            background: {p.code}; border: 1px solid {p.line}; padding: 3px; }}
    """


def _mark(widget: QWidget, name: str) -> None:
    """Give a widget its name in the style sheet, after it was drawn with another one."""
    widget.setObjectName(name)
    if style := widget.style():
        style.polish(widget)


def _button(text: str, accessible_name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(accessible_name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def _tick(text: str, accessible_name: str) -> QCheckBox:
    tick = QCheckBox(text)
    tick.setAccessibleName(accessible_name)
    tick.setToolTip(accessible_name)
    return tick
