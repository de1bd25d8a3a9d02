"""Draws Markdown in a terminal: nothing in it runs, loads or hides anything. Pure."""

from __future__ import annotations

from markdown_it import MarkdownIt
from rich.markdown import Markdown


class LiteralMarkdown(Markdown):
    """Markdown in which HTML, as in `vector<int>`, and link definitions are plain text.

    Args:
        text: The Markdown.
        style: Style of the whole.
    """

    def __init__(self, text: str, style: str = "none") -> None:
        super().__init__("", hyperlinks=False, style=style, code_theme="ansi_dark")
        parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
        self.markup = text
        self.parsed = parser.disable("reference").parse(text)
