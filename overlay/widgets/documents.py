"""Text widgets for untrusted text: they load, follow and run nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PyQt6.QtCore import QRectF, QSize, Qt, QUrl
from PyQt6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)
from PyQt6.QtWidgets import QFrame, QScrollBar, QTextBrowser

from overlay.widgets.backing import Appearance, paint_backing

MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
"""Without NoHTML Qt parses `std::vector<int>` as a tag and drops it."""

_FIXED_HEIGHT = 2  # QTextBlockFormat.FixedHeight, whose type PyQt's stubs get wrong
_INDENT_PX = 28
_NEAR_PX = 4
_PARAGRAPH_GAP_PX = 7
_LIST_GAP_PX = 3
_CELL_PADDING_PX = 4
_HANGING, _MOST_INDENT = 2, 16
"""Characters by which the wrapped part of a line of code is indented further; no more than so many before."""
_CODE_WIDTH = 0.6
"""Of a monospace character, as a share of its size."""


class InertText(QTextBrowser):
    """A text box; links and images are inert.

    Args:
        appearance: What it draws with.
        name: Its name for screen readers.
        follows: Whether it stays scrolled to its end when text is added, unless the user scrolled up.
        scrolls: Whether it has a scroll bar where text does not fit.
        trims: Whether it leaves out a line that its edge would cut.
    """

    def __init__(
        self,
        appearance: Appearance,
        name: str,
        *,
        follows: bool = True,
        scrolls: bool = True,
        trims: bool = False,
    ) -> None:
        super().__init__()
        self._trims, self._trimmed_for = trims, QSize()
        self._appearance = appearance
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.show_scroll_bar(visible=scrolls)
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

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw a backing behind each visible line, and the text."""
        if (viewport := self.viewport()) is not None:
            paint_backing(viewport, self._appearance, self._visible_lines())
        super().paintEvent(event)
        if viewport is not None and self.hasFocus():
            painter = QPainter(viewport)
            painter.setPen(QColor(self._appearance.palette.accent))
            painter.drawRect(viewport.rect().adjusted(0, 0, -1, -1))
            painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Trim at the new size."""
        super().resizeEvent(event)
        if self.size() != self._trimmed_for:  # not when trimming resized the viewport
            self._trimmed_for = self.size()
            self.trim()

    def show_scroll_bar(self, *, visible: bool) -> None:
        """Show the scroll bar always or never: if it came with the text, the text would wrap again."""
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if visible else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)

    @property
    def overflows(self) -> bool:
        """Whether its text is higher than it is."""
        return self._paper.size().height() > self.height() + _NEAR_PX

    def loadResource(self, kind: int, name: QUrl) -> QImage:  # noqa: N802  (Qt's name)
        """Return an empty image; if this returned None, Qt would open the file itself."""
        return self._nothing

    def show_answer(self, headline: str, text: str) -> None:
        """Show a first sentence large, and Markdown below it, with HTML in it as plain text."""
        with self._scroll_position_preserved():
            self._paper.setMarkdown(f"{headline}\n\n{text}" if headline else text, MARKDOWN)
            edit = QTextCursor(self._paper)
            edit.beginEditBlock()  # one layout for all changes: thousands of lines would take minutes
            self._lay_out_blocks()
            if headline:
                self._enlarge_first_block()
            edit.endEditBlock()

    def show_html(self, html: str, line_px: int | None = None) -> None:
        """Show HTML, in which untrusted text must be escaped.

        Args:
            html: The text.
            line_px: Height of each line, so that a whole number of them fits a fixed height.
        """
        with self._scroll_position_preserved():
            self._paper.setHtml(html)
            if line_px is not None:
                form = QTextBlockFormat()
                form.setLineHeight(line_px, _FIXED_HEIGHT)
                cursor = QTextCursor(self._paper)
                cursor.select(QTextCursor.SelectionType.Document)
                cursor.mergeBlockFormat(form)

    def trim(self) -> None:
        """Shrink the viewport to whole lines: from below at the start of the text, from above at its end."""
        if not self._trims:
            return
        self.setViewportMargins(0, 0, 0, 0)
        if self._at_end and self._bar.maximum() > 0:
            cut = [line.bottom() for line in self._visible_lines() if line.top() < 0 < line.bottom()]
            self.setViewportMargins(0, round(max(cut, default=0)), 0, 0)
        elif self._bar.value() == 0 and self._bar.maximum() > 0:
            bottoms = [line.bottom() for line in self._visible_lines() if line.bottom() <= self.height()]
            self.setViewportMargins(0, 0, 0, max(self.height() - round(max(bottoms, default=0)) - 2, 0))

    def to_start(self) -> None:
        """Scroll to the start, as for a text that replaces another one."""
        self.moveCursor(QTextCursor.MoveOperation.Start)  # a resized text box scrolls to its cursor
        self._bar.setValue(0)
        self._at_end = self._follows and self._bar.maximum() == 0

    @contextmanager
    def _scroll_position_preserved(self) -> Iterator[None]:
        at_end, place = self._at_end, self._bar.value()
        yield
        self._set_range()
        self._bar.setValue(self._bar.maximum() if at_end else place)
        self._at_end = at_end

    def _set_range(self) -> None:
        """Lay the text out, and set the range of the scroll bar, which Qt may set to an earlier height."""
        height = self._paper.size().height()
        if (viewport := self.viewport()) is not None:
            self._bar.setMaximum(max(round(height) - viewport.height(), 0))

    def _scrolled(self, place: int) -> None:
        self._at_end = self._follows and place >= self._bar.maximum() - _NEAR_PX

    def _grown(self, first: int, last: int) -> None:
        self._bar.setEnabled(last > 0)  # the style sheet hides a bar that cannot scroll
        if self._at_end:
            self._bar.setValue(last)

    def _visible_lines(self) -> Iterator[QRectF]:
        top, bottom = self._bar.value(), self._bar.value() + self.height()
        layout = self._paper.documentLayout()
        block = self._paper.begin()
        while block.isValid() and layout is not None:
            place = layout.blockBoundingRect(block)
            if place.top() > bottom:
                break
            lines = block.layout()
            if lines is not None and place.bottom() >= top:
                marker_px = _INDENT_PX / 2 if block.textList() is not None else 0
                for at in range(lines.lineCount()):
                    words = lines.lineAt(at).naturalTextRect().translated(place.left(), place.top() - top)
                    yield words.adjusted(-marker_px, 0, 0, 0)
            block = block.next()

    def _enlarge_first_block(self) -> None:
        cursor = QTextCursor(self._paper.begin())
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        large = QTextCharFormat()
        large.setProperty(QTextFormat.Property.FontPixelSize.value, self._appearance.sizes.headline)
        large.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(large)

    def _lay_out_blocks(self) -> None:
        """Set the spacing of paragraphs, and the colours of code, links and tables."""
        block = self._paper.begin()
        while block.isValid():
            form = block.blockFormat()
            following = block.next()
            if _is_code(block):
                self._lay_out_code(block, form)
            if _is_code(block) != _is_code(following) or not _is_code(block):
                in_table = QTextCursor(block).currentTable() is not None
                form.setBottomMargin(
                    0 if in_table else _LIST_GAP_PX if _in_list(block, following) else _PARAGRAPH_GAP_PX
                )
            QTextCursor(block).setBlockFormat(form)
            block = following
        for frame in root.childFrames() if (root := self._paper.rootFrame()) else ():
            if isinstance(frame, QTextTable):
                self._lay_out_table(frame)

    def _lay_out_code(self, block: QTextBlock, form: QTextBlockFormat) -> None:
        """Set the ground of a line of code, and indent its wrapped part further than its beginning."""
        small = QTextCharFormat()
        small.setProperty(QTextFormat.Property.FontPixelSize.value, self._appearance.sizes.small)
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(small)
        form.setBackground(QColor(self._appearance.palette.code))
        form.setNonBreakableLines(False)
        form.setTopMargin(0)
        text = block.text()
        indent = min(len(text) - len(text.lstrip()), _MOST_INDENT) + _HANGING
        indent_px = indent * self._appearance.sizes.small * _CODE_WIDTH
        form.setLeftMargin(indent_px)
        form.setTextIndent(-indent_px)

    def _lay_out_table(self, table: QTextTable) -> None:
        form = table.format()
        form.setBorderBrush(QBrush(QColor(self._appearance.palette.line)))
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderCollapse(True)
        form.setBorder(1)
        form.setTopMargin(_LIST_GAP_PX)
        form.setBottomMargin(_PARAGRAPH_GAP_PX)
        form.setCellPadding(_CELL_PADDING_PX)
        form.setCellSpacing(0)
        table.setFormat(form)
        self._repair_first_cell(table)

    def _repair_first_cell(self, table: QTextTable) -> None:
        """Make the first cell a heading like the others: after code, Qt begins it with an empty line."""
        cell = table.cellAt(0, 0)
        cursor = cell.firstCursorPosition()
        if cursor.block().text() or cursor.block() == cell.lastCursorPosition().block():
            return
        cursor.deleteChar()
        cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        heading = QTextCharFormat()
        heading.setFontWeight(QFont.Weight.Bold)
        cursor.mergeCharFormat(heading)
        cursor.setBlockFormat(QTextBlockFormat())


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence.value)


def _in_list(*blocks: QTextBlock) -> bool:
    return all(block.isValid() and block.textList() is not None for block in blocks)
