"""Wizard page for notes: files and folders, and how much was read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget

from bus.failures import Failure
from overlay.texts.sentences import sentences
from overlay.texts.translation import number
from session.run.start.notes_reader import NotesReply, read
from session.setup import look, strings
from session.setup.pages.page import Context, Page
from session.setup.settings.settings_file import Changes


class NotesPage(Page):
    """The page.

    Args:
        context: What it may use.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, strings.NOTES, strings.NOTES_INTRO)
        self.setAcceptDrops(True)
        self.list = QListWidget()
        self.list.setAccessibleName(strings.NOTES_LIST)
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.state = look.label(strings.NO_NOTES, "faint")
        self.remove = look.button(strings.REMOVE)
        self._build()
        self._initial = [*context.settings.llm.notes]
        self._generation = 0
        self.add(self._initial)

    @property
    def paths(self) -> list[str]:
        """The files and folders."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.text() for item in items if item is not None]

    def add(self, paths: Iterable[str]) -> None:
        """Add files and folders that are not in the list."""
        present = self.paths
        self.list.addItems([path for path in dict.fromkeys(paths) if path not in present])
        self._read()

    def changes(self) -> Changes:
        """Return the notes, if they are other ones."""
        return {} if self.paths == self._initial else {("llm", "notes"): self.paths or None}

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Accept files and folders."""
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None and any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Add what was dropped."""
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None:
            self.add(url.toLocalFile() for url in data.urls() if url.isLocalFile())
            event.acceptProposedAction()

    def _build(self) -> None:
        files, folder = look.button(strings.ADD_FILES), look.button(strings.ADD_FOLDER)
        files.clicked.connect(self._choose_files)
        folder.clicked.connect(self._choose_folder)
        self.remove.clicked.connect(self._remove)
        self.remove.setEnabled(False)
        self.list.itemSelectionChanged.connect(
            lambda: self.remove.setEnabled(bool(self.list.selectedItems()))
        )
        buttons = QHBoxLayout()
        buttons.addWidget(files)
        buttons.addWidget(folder)
        buttons.addStretch(1)
        buttons.addWidget(self.remove)
        self.body.addWidget(self.list, stretch=1)
        self.body.addLayout(buttons)
        self.body.addWidget(self.state)

    def _choose_files(self) -> None:
        self.add(
            QFileDialog.getOpenFileNames(self, strings.ADD_FILES, str(Path.home()), strings.NOTES_FILTER)[0]
        )

    def _choose_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, strings.ADD_FOLDER, str(Path.home())):
            self.add([chosen])

    def _remove(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self._read()

    def _read(self) -> None:
        """Read all of them in a sandboxed process, and say how much there is."""
        self._generation += 1
        paths, generation = self.paths, self._generation
        self._say(strings.READING_NOTES if paths else strings.NO_NOTES)
        if paths:
            self.context.background.run(
                lambda: read(paths),
                lambda reply: self._show(reply) if generation == self._generation else None,
            )

    def _show(self, reply: NotesReply | Failure | None) -> None:
        if isinstance(reply, NotesReply) and not reply.problem:
            self._say(strings.PASSAGES.format(passages=number(reply.passages), files=reply.files), "good")
        elif reply is not None:
            self._say(sentences(reply.problem, reply.fix), "warn")
        else:
            self._say(strings.NOT_READ, "warn")

    def _say(self, text: str, name: str = "faint") -> None:
        self.state.setText(text)
        look.mark(self.state, name)
