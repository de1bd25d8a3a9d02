"""Text views that show what others wrote: nothing in it is loaded, followed or run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QColor, QImage, QTextBlock, QTextCursor, QTextDocument, QTextFormat
from PyQt6.QtWidgets import QFrame, QLabel, QScrollBar, QTextBrowser, QWidget

from overlay import theme

MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
"""Without NoHTML Qt takes `std::vector<int>` for a tag and eats it."""

_INDENT_PX = 28
_NEAR_PX = 4
_PARAGRAPH_GAP_PX = 7
_LIST_GAP_PX = 3


class InertText(QTextBrowser):
    """A text that can be read and selected, and does nothing else.

    Args:
        name: What a screen reader calls it.
        follows: Whether it stays at its end while that is where the reader is, as for a text that grows.
    """

    def __init__(self, name: str, parent: QWidget | None = None, *, follows: bool = True) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(Qt.GlobalColor.transparent)
        self._follows = follows
        self._at_end = follows
        self._bar = self.verticalScrollBar() or QScrollBar(self)
        self._bar.valueChanged.connect(self._scrolled)
        self._bar.rangeChanged.connect(self._grown)
        self._paper = self.document() or QTextDocument(self)
        self._paper.setDocumentMargin(0)
        self._paper.setIndentWidth(_INDENT_PX)

    def loadResource(self, kind: int, name: QUrl) -> QImage:  # noqa: N802  (Qt's name)
        """Load nothing, and say that this is it: where it is given nothing, Qt opens the file itself."""
        return self._nothing

    def show_markdown(self, text: str) -> None:
        """Show Markdown, with HTML as the plain text it is."""
        with self._reader_kept_in_place():
            self._paper.setMarkdown(text, MARKDOWN)
            self._lay_out_blocks()

    def show_html(self, html: str) -> None:
        """Show HTML of our own making, in which everything that others wrote is escaped."""
        with self._reader_kept_in_place():
            self._paper.setHtml(html)

    def to_start(self) -> None:
        """Scroll to the first words, as for a text that has nothing to do with the one before."""
        self._bar.setValue(0)
        self._at_end = self._follows and self._bar.maximum() == 0

    @contextmanager
    def _reader_kept_in_place(self) -> Iterator[None]:
        at_end, place = self._at_end, self._bar.value()
        yield
        self._paper.size()  # lays the text out, which tells the bar its length
        self._bar.setValue(self._bar.maximum() if at_end else place)
        self._at_end = at_end

    def _scrolled(self, place: int) -> None:
        self._at_end = self._follows and place >= self._bar.maximum() - _NEAR_PX

    def _grown(self, first: int, last: int) -> None:
        if self._at_end:
            self._bar.setValue(last)

    def _lay_out_blocks(self) -> None:
        """Give paragraphs air and code a ground; Markdown itself says nothing of either."""
        block = self._paper.begin()
        while block.isValid():
            form = block.blockFormat()
            following = block.next()
            if _is_code(block):
                form.setBackground(QColor(theme.GROUND))
                form.setNonBreakableLines(False)
                form.setTopMargin(0)
            if _is_code(block) != _is_code(following) or not _is_code(block):
                form.setBottomMargin(_LIST_GAP_PX if _in_list(block, following) else _PARAGRAPH_GAP_PX)
            QTextCursor(block).setBlockFormat(form)
            block = following


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence.value)


def _in_list(*blocks: QTextBlock) -> bool:
    return all(block.isValid() and block.textList() is not None for block in blocks)


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
