"""Draws the passages of the user's notes that match the question, a prepared answer first."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from bus.messages import Passage, PreparedAnswer
from overlay import strings, theme
from overlay.widgets.documents import InertText

_PASSAGE_CHARACTERS = 320
_MAX_HEIGHT_PX = 132
_MAX_HEIGHT_PREPARED_PX = 260
_MIN_HEIGHT_PX = 40


class NotesView(InertText):
    """Draws passages, each with its file and heading."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(strings.FROM_NOTES, parent, follows=False)
        self.setObjectName("notes")
        self._drawn: tuple[Sequence[Passage], PreparedAnswer | None] = ((), None)
        self._max_height_px = _MAX_HEIGHT_PX
        self.hide()

    def draw(self, passages: Sequence[Passage], prepared: PreparedAnswer | None = None) -> None:
        """Draw these passages, if they have changed."""
        if (passages, prepared) == self._drawn:
            return
        self._drawn = passages, prepared
        self._max_height_px = _MAX_HEIGHT_PREPARED_PX if prepared else _MAX_HEIGHT_PX
        own = _prepared(prepared) if prepared else ""
        self.show_html(own + "".join(_paragraph(passage) for passage in passages))
        self.setVisible(bool(passages or prepared))
        self.to_start()
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fit the height to the text at this width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = min(round(self._paper.size().height()) + 2, self._max_height_px)
        self.setMaximumHeight(height)
        self.setMinimumHeight(min(height, _MIN_HEIGHT_PX))


def _paragraph(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    cut = words if len(words) <= _PASSAGE_CHARACTERS else f"{words[:_PASSAGE_CHARACTERS]}…"
    name = passage.file.rpartition("/")[2]
    return (
        f"<p style='margin:0 0 5px 0'><span style='color:{theme.ACCENT}'>{escape(name)}</span>"
        f"<span style='color:{theme.FAINT}'> · {escape(passage.heading)}</span><br/>{escape(cut)}</p>"
    )


def _prepared(prepared: PreparedAnswer) -> str:
    name = prepared.file.rpartition("/")[2]
    words = escape(prepared.text).replace("\n", "<br/>")
    return (
        f"<p style='margin:0 0 7px 0'><span style='color:{theme.GOOD}'>{strings.OWN_ANSWER}</span>"
        f"<span style='color:{theme.FAINT}'> · {escape(name)} · {escape(prepared.question)}</span><br/>"
        f"<span style='color:{theme.TEXT}'>{words}</span></p>"
    )
