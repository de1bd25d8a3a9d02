"""Text boxes of the page, from the same HTML as the saved web page."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QTextCursor

from overlay.theme import Palette, Sizes
from overlay.widgets.backing import Appearance
from overlay.widgets.documents import InertText
from session.transcript import facts
from session.transcript.formats import web_page
from session.transcript.saved_session import SavedSession

_MARGIN_PX = 18


class SessionText(InertText):
    """Text to read, select and scroll by keys.

    Args:
        appearance: What it draws with.
        name: Its name for screen readers.
    """

    def __init__(self, appearance: Appearance, name: str) -> None:
        super().__init__(appearance, name, follows=False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def draw(self, html: str) -> None:
        """Show HTML in which every text is escaped, in the present colours and sizes."""
        if paper := self.document():
            paper.setDefaultStyleSheet(_style(self._appearance.palette, self._appearance.sizes))
            paper.setDocumentMargin(_MARGIN_PX)
        self.show_html(html)
        self.moveCursor(QTextCursor.MoveOperation.Start)  # which the focus makes visible
        self.to_start()


def session_html(session: SavedSession, palette: Palette) -> str:
    """Return the session for a text box."""
    return _for_qt("\n".join(web_page.session_body(session)), palette)


def requests_html(session: SavedSession, palette: Palette) -> str:
    """Return every request that left the machine, with its exact body."""
    rows = facts.left_machine(session)
    bodies = [web_page.request_body(request) for request in session.left_machine]
    bodies += [""] * (len(rows) - len(bodies))
    parts = (f"<p>{web_page.inline(row)}</p>{body}" for row, body in zip(rows, bodies, strict=True))
    return _for_qt("".join(parts), palette)


def _for_qt(text: str, palette: Palette) -> str:
    """Return our HTML as Qt can draw it: a card is a table, a heading a paragraph.

    What is replaced has characters that are escaped in every text.
    """
    bar = f'<td width="3" bgcolor="{palette.accent}"></td>'
    card = f'<table class="card" width="100%" cellspacing="0" cellpadding="0"><tr>{bar}'
    drawn = {
        web_page.CARD: f'{card}<td bgcolor="{palette.code}" style="padding: 10px 14px">',
        web_page.CARD_END: "</td></tr></table>",
        "<h2>": '<p class="heading">',
        "</h2>": "</p>",
        "<h3>": '<p class="note">',
        "</h3>": "</p>",
        "<th>": '<th align="left">',
        "\n</code></pre>": "</code></pre>",
        ' dir="auto"': "",
    }
    for written, instead in drawn.items():
        text = text.replace(written, instead)
    return text


def _style(palette: Palette, sizes: Sizes) -> str:
    p, speakers = palette, zip(web_page.COLOURS, palette.speakers, strict=False)
    return f"""
        body, p, li, td, th {{ color: {p.text}; font-size: {sizes.text}px; }}
        h4 {{ font-size: {sizes.text}px; margin-top: 6px; margin-bottom: 2px; }}
        p {{ margin-top: 2px; margin-bottom: 6px; }}
        p.heading {{ font-size: {sizes.text + 2}px; font-weight: 600; margin-top: 22px; margin-bottom: 4px; }}
        p.who {{ margin-top: 12px; margin-bottom: 0; font-weight: 600; }}
        table.facts th {{ color: {p.faint}; font-weight: 400; padding-right: 16px; }}
        table.card {{ margin-top: 12px; margin-bottom: 12px; }}
        .time, .note {{ color: {p.faint}; font-weight: 400; font-size: {sizes.small}px; }}
        .asked {{ font-size: {sizes.text + 2}px; font-weight: 600; margin-top: 2px; margin-bottom: 8px; }}
        pre, code {{ font-family: monospace; font-size: {sizes.small}px; }}
        pre {{ background-color: {p.ground}; white-space: pre-wrap; }}
        {" ".join(f".{name} {{ color: {colour}; }}" for name, colour in speakers)}
    """
