"""Text views that show what others wrote: nothing in it is loaded, followed or run."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QColor, QTextBlockFormat, QTextCursor, QTextDocument
from PyQt6.QtWidgets import QFrame, QLabel, QTextBrowser, QWidget

from overlay import theme

MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
"""Without NoHTML Qt takes `std::vector<int>` for a tag and eats it."""

_INDENT_PX = 18
_PARAGRAPH_GAP_PX = 7


class InertText(QTextBrowser):
    """A text that can be read and selected, and does nothing else.

    It stays at its end while that is where the reader is, and where the reader is otherwise.

    Args:
        name: What a screen reader calls it.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._paper = self.document() or QTextDocument(self)
        self._paper.setDocumentMargin(0)
        self._paper.setIndentWidth(_INDENT_PX)

    def loadResource(self, kind: int, name: QUrl) -> None:  # noqa: N802  (Qt's name)
        """Load nothing: neither a file of this machine nor a picture from elsewhere."""

    def show_markdown(self, text: str) -> None:
        """Show Markdown, with HTML as the plain text it is."""
        place = self._place()
        self._paper.setMarkdown(text, MARKDOWN)
        self._lay_out_blocks()
        self._return_to(place)

    def show_html(self, html: str) -> None:
        """Show HTML of our own making, in which everything that others wrote is escaped."""
        place = self._place()
        self._paper.setHtml(html)
        self._return_to(place)

    def to_start(self) -> None:
        """Scroll to the first words, as for a text that has nothing to do with the one before."""
        self._return_to(0)

    def _place(self) -> int | None:
        """Return how far the reader has scrolled; None at the end."""
        bar = self.verticalScrollBar()
        return None if bar is None or bar.value() >= bar.maximum() - 4 else bar.value()

    def _return_to(self, place: int | None) -> None:
        self._paper.size()  # lays the text out, which tells the bar its length
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(bar.maximum() if place is None else place)

    def _lay_out_blocks(self) -> None:
        """Give paragraphs air and code a ground; Markdown itself says nothing of either."""
        block = self._paper.begin()
        while block.isValid():
            form = block.blockFormat()
            if form.hasProperty(_CODE):
                form.setBackground(QColor(theme.GROUND))
                form.setNonBreakableLines(False)
            elif block.textList() is None:
                form.setBottomMargin(_PARAGRAPH_GAP_PX)
            QTextCursor(block).setBlockFormat(form)
            block = block.next()


_CODE = QTextBlockFormat.Property.BlockCodeFence


def plain_label(name: str, accessible_name: str) -> QLabel:
    """Return a label for what others wrote: never taken for HTML, wrapped, selectable by nobody.

    Args:
        name: Its name in the style sheet.
        accessible_name: What a screen reader calls it.
    """
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    label.setAccessibleName(accessible_name)
    label.setWordWrap(True)
    return label
