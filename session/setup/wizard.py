"""The wizard's window: five pages, none of which must be filled in.

Nothing is written before the end, and a page that was skipped or not reached changes nothing.
"""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from bus.failures import Failure
from overlay.texts.sentences import sentences
from session import desktop_entry
from session.settings import AllSettings
from session.setup import look, strings
from session.setup.background import Background
from session.setup.pages.consent_page import ConsentPage
from session.setup.pages.model_page import ModelPage
from session.setup.pages.notes_page import NotesPage
from session.setup.pages.page import Context
from session.setup.pages.provider_page import ProviderPage
from session.setup.pages.sound_page import SoundPage
from session.setup.settings.settings_file import store, stored_tables

_SIZE_PX = 700, 640


class Wizard(QWidget):
    """The window.

    Args:
        settings: The settings before it.

    Raises:
        SettingsFailure: The settings file has a fault.
    """

    def __init__(self, settings: AllSettings) -> None:
        super().__init__()
        self.written: Path | None = None
        """The settings file, once it is written."""
        context = Context(settings, stored_tables(), Background(self))
        self._background = context.background
        self.sound, self.model = SoundPage(context), ModelPage(context)
        self.provider, self.notes = ProviderPage(context), NotesPage(context)
        self.consent = ConsentPage(context)
        self.pages = (self.sound, self.model, self.provider, self.notes, self.consent)
        self._done: set[int] = set()
        """Pages that were left by Continue."""
        self._stack = QStackedWidget()
        self.step = look.label("", "faint", wraps=False)
        self.message = look.label(strings.NOTHING_WRITTEN, "faint")
        self.back, self.skip = look.button(strings.BACK), look.button(strings.SKIP, strings.SKIP_HINT)
        self.forward = look.button(strings.CONTINUE, name="main")
        self._build()
        self._show(0)

    @property
    def at(self) -> int:
        """The number of the page that is shown, from 0."""
        return self._stack.currentIndex()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Close the devices."""
        self.pages[self.at].leave()
        self._background.close()

    def _build(self) -> None:
        self.setObjectName("window")
        self.setWindowTitle(strings.TITLE)
        self.resize(*_SIZE_PX)
        for page in self.pages:
            self._stack.addWidget(page)
        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        foot = QHBoxLayout()
        foot.addWidget(self.step)
        foot.addStretch(1)
        for button in (self.back, self.skip, self.forward):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        layout.addWidget(self._stack, stretch=1)
        layout.addWidget(line)
        layout.addWidget(self.message)
        layout.addLayout(foot)
        self.back.clicked.connect(lambda: self._show(self.at - 1))
        self.skip.clicked.connect(self._skip)
        self.forward.clicked.connect(self._continue)
        self.forward.setDefault(True)
        QShortcut(QKeySequence("Esc"), self, self.close)

    def _show(self, at: int) -> None:
        self.pages[self.at].leave()
        self._stack.setCurrentIndex(at)
        page, is_last = self.pages[at], at == len(self.pages) - 1
        self.step.setText(strings.STEP.format(step=at + 1, steps=len(self.pages)))
        self.back.setEnabled(at > 0)
        self.skip.setVisible(not is_last)
        self.forward.setText(strings.FINISH if is_last else strings.CONTINUE)
        self._say(strings.NOTHING_WRITTEN)
        if page is self.consent:
            asked = self._is_done(self.provider) and self.provider.asks_others
            self.consent.name_provider(self.provider.host if asked else "")
        page.enter()
        self.forward.setFocus()

    def _continue(self) -> None:
        self._done.add(self.at)
        if self.at < len(self.pages) - 1:
            self._show(self.at + 1)
        else:
            self._finish()

    def _skip(self) -> None:
        self._done.discard(self.at)
        self._show(self.at + 1)

    def _finish(self) -> None:
        changes = {
            setting: value
            for page in self.pages
            if self._is_done(page)
            for setting, value in page.changes().items()
        }
        try:
            file = store(changes)
        except Failure as failure:
            self._say(sentences(failure.problem, failure.fix), "warn")
            return
        if self.consent.menu_entry.isChecked() and not self._write_entry():
            return
        self.written = file
        self.close()

    def _write_entry(self) -> bool:
        entry = desktop_entry.entry(
            desktop_entry.program(), comment=strings.MENU_COMMENT, settings=strings.SETTINGS
        )
        try:
            desktop_entry.write_entry(entry)
        except OSError as error:
            self.consent.menu_entry.setChecked(False)  # the next Finish works
            self._say(strings.MENU_NOT_WRITTEN.format(problem=error.strerror or error), "warn")
            return False
        return True

    def _is_done(self, page: QWidget) -> bool:
        return self._stack.indexOf(page) in self._done

    def _say(self, text: str, name: str = "faint") -> None:
        self.message.setText(text)
        look.mark(self.message, name)
