"""Text views that show what others wrote: nothing in it is loaded, followed or run."""

from __future__ import annotations

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QFrame, QTextBrowser, QWidget

MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
"""Without NoHTML Qt takes `std::vector<int>` for a tag and eats it."""


class InertText(QTextBrowser):
    """A text that can be read and selected, and does nothing else.

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
        document = self.document()
        assert document is not None
        document.setDocumentMargin(0)

    def loadResource(self, kind: int, name: QUrl) -> None:  # noqa: N802  (Qt's name)
        """Load nothing: neither a file of this machine nor a picture from elsewhere."""

    def show_markdown(self, text: str) -> None:
        """Show Markdown, with HTML as the plain text it is."""
        document = self.document()
        assert document is not None
        document.setMarkdown(text, MARKDOWN)

    def keep_at_end(self) -> None:
        """Scroll to the newest words."""
        bar = self.verticalScrollBar()
        assert bar is not None
        bar.setValue(bar.maximum())
