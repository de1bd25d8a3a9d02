"""Receives drops on the window: a text becomes a note, a file a command.

The window's process may read no file, and has no other process read one for it: an attacker in it could name
any file. So the command that adds the file is put on the clipboard.
"""

from __future__ import annotations

import shlex

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication

from bus import messages as m
from bus.messages.answers import MOST_NOTE_BYTES
from overlay.keys import BY
from overlay.texts import strings
from overlay.window import OverlayWindow


class Drops(QObject):
    """Receives what is dropped.

    Args:
        window: The window.
    """

    def __init__(self, window: OverlayWindow) -> None:
        super().__init__(window)
        self._window = window
        self._count = 0
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        """Accept texts and files."""
        match event:
            case QDropEvent() if event.type() == QEvent.Type.Drop:
                self._drop(event)
            case QDragEnterEvent() if (data := event.mimeData()) and (data.hasUrls() or data.hasText()):
                event.acceptProposedAction()
            case _:
                return False
        return True

    def _drop(self, event: QDropEvent) -> None:
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data else []
        text = data.text().strip() if data else ""
        if files:
            self._offer_command(files)
        elif 0 < len(text.encode()) <= MOST_NOTE_BYTES:
            self._count += 1
            name = strings.DROPPED_NOTE.format(number=self._count)
            self._window.published.emit(m.NoteAdded(name=name, text=text, by=BY))
        event.acceptProposedAction()

    def _offer_command(self, files: list[str]) -> None:
        """Put the command that adds the files on the clipboard, and say so."""
        if (clipboard := QApplication.clipboard()) is not None:
            clipboard.setText(shlex.join(["cuecard", "note", *files]))
        problem, fix = strings.FILES_DROPPED, strings.COMMAND_IS_COPIED
        self._window.published.emit(m.ProblemReported(stage="overlay", problem=problem, fix=fix))
