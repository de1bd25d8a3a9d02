"""What the user's own notes say to the question: there before any answer, and without any network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from bus.messages import Passage
from overlay import theme
from overlay.documents import InertText

_PASSAGE_CHARACTERS = 320
_TALLEST_PX = 132
_FLATTEST_PX = 40


class NotesView(InertText):
    """Draws passages, each under its file and heading."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("From your notes", parent, follows=False)
        self.setObjectName("notes")
        self._drawn: Sequence[Passage] = ()
        self.hide()

    def draw(self, passages: Sequence[Passage]) -> None:
        """Show these passages, if they are not shown already."""
        if passages == self._drawn:
            return
        self._drawn = passages
        self.show_html("".join(_paragraph(passage) for passage in passages))
        self.setVisible(bool(passages))
        self.to_start()
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Take as much room as the words need at this width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = min(round(self._paper.size().height()) + 2, _TALLEST_PX)
        self.setMaximumHeight(height)
        self.setMinimumHeight(min(height, _FLATTEST_PX))


def _paragraph(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    cut = words if len(words) <= _PASSAGE_CHARACTERS else f"{words[:_PASSAGE_CHARACTERS]}…"
    name = passage.file.rpartition("/")[2]
    return (
        f"<p style='margin:0 0 5px 0'><span style='color:{theme.ACCENT}'>{escape(name)}</span>"
        f"<span style='color:{theme.FAINT}'> · {escape(passage.heading)}</span><br/>{escape(cut)}</p>"
    )
