"""Texts and files that are dropped on the window."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication

from bus import messages as m
from overlay.drops import Drops
from overlay.texts import strings
from overlay.window import OverlayWindow


def drop(window: OverlayWindow, fill: Callable[[QMimeData], None]) -> list[m.Event]:
    """Drag something over the window, drop it, and return what is published."""
    published: list[m.Event] = []
    window.published.connect(published.append)
    data = QMimeData()
    fill(data)
    details = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(20, 20).toPoint(), *details)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(20, 20), *details))
    return published


def test_a_text_becomes_a_note(window: OverlayWindow) -> None:
    drops = Drops(window)
    assert window.acceptDrops()
    assert drop(window, lambda data: data.setText(" Prices rose in May.\n")) == [
        m.NoteAdded(name="Dropped text 1", text="Prices rose in May.", by="overlay")
    ]
    (second,) = drop(window, lambda data: data.setText("And in June."))
    assert isinstance(second, m.NoteAdded)
    assert second.name == "Dropped text 2"
    assert drop(window, lambda data: data.setText("   ")) == []
    del drops


def test_a_file_becomes_the_command_that_adds_it(window: OverlayWindow) -> None:
    drops = Drops(window)
    urls = [QUrl.fromLocalFile("/home/ada/my plan.md")]
    (problem,) = drop(window, lambda data: data.setUrls(urls))
    assert isinstance(problem, m.ProblemReported)
    assert problem.problem == strings.FILES_DROPPED
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "cuecard note '/home/ada/my plan.md'"
    del drops
