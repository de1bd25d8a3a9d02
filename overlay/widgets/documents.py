"""Text widgets for untrusted text: they load, follow and run nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QColor, QImage, QTextBlock, QTextCursor, QTextDocument, QTextFormat
from PyQt6.QtWidgets import QFrame, QLabel, QScrollBar, QTextBrowser, QWidget

from overlay import theme

MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
"""Without NoHTML Qt parses `std::vector<int>` as a tag and drops it."""

_INDENT_PX = 28
_NEAR_PX = 4
_PARAGRAPH_GAP_PX = 7
_LIST_GAP_PX = 3


class InertText(QTextBrowser):
    """A text box to read and select from; links and images are inert.

    Args:
        name: Its name for screen readers.
        follows: Whether it stays scrolled to its end when text is added, unless the user scrolled up.
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
        """Return an empty image; if this returned None, Qt would open the file itself."""
        return self._nothing

    def show_markdown(self, text: str) -> None:
        """Show Markdown, with HTML in it as plain text."""
        with self._scroll_position_preserved():
            self._paper.setMarkdown(text, MARKDOWN)
            self._lay_out_blocks()

    def show_html(self, html: str) -> None:
        """Show HTML, in which untrusted text must be escaped."""
        with self._scroll_position_preserved():
            self._paper.setHtml(html)

    def to_start(self) -> None:
        """Scroll to the start, as for a text that replaces another one."""
        self._bar.setValue(0)
        self._at_end = self._follows and self._bar.maximum() == 0

    @contextmanager
    def _scroll_position_preserved(self) -> Iterator[None]:
        at_end, place = self._at_end, self._bar.value()
        yield
        self._paper.size()  # lays the text out, which sets the scroll bar's range
        self._bar.setValue(self._bar.maximum() if at_end else place)
        self._at_end = at_end

    def _scrolled(self, place: int) -> None:
        self._at_end = self._follows and place >= self._bar.maximum() - _NEAR_PX

    def _grown(self, first: int, last: int) -> None:
        if self._at_end:
            self._bar.setValue(last)

    def _lay_out_blocks(self) -> None:
        """Set the spacing of paragraphs and the background of code."""
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
    """Return a label for untrusted text: plain text, wrapped, not selectable.

    Args:
        name: Its name in the style sheet.
        accessible_name: Its name for screen readers.
    """
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    label.setAccessibleName(accessible_name)
    label.setWordWrap(True)
    return label
