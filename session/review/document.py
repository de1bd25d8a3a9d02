"""Text boxes of the page, from the same HTML as the saved web page."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from overlay import theme
from overlay.widgets.documents import InertText
from session.transcript import facts, web_page
from session.transcript.saved_session import SavedSession

_MARGIN_PX = 18


class SessionText(InertText):
    """Text to read, select and scroll by keys.

    Args:
        name: Its name for screen readers.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent, follows=False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if paper := self.document():
            paper.setDefaultStyleSheet(_style())
            paper.setDocumentMargin(_MARGIN_PX)

    def show_parts(self, parts: Iterable[str]) -> None:
        """Show HTML in which every text is escaped."""
        self.setHtml("\n".join(parts))


def session_html(session: SavedSession) -> str:
    """Return the session for a text box."""
    return _for_qt("\n".join(web_page.session_body(session)))


def requests_html(session: SavedSession) -> str:
    """Return every request that left the machine, with its exact body."""
    rows = facts.left_machine(session)
    bodies = [web_page.request_body(request) for request in session.left_machine]
    bodies += [""] * (len(rows) - len(bodies))
    parts = (f"<p>{web_page.inline(row)}</p>{body}" for row, body in zip(rows, bodies, strict=True))
    return _for_qt("".join(parts))


def _for_qt(text: str) -> str:
    """Return our HTML as Qt can draw it: a card is a table, a heading a paragraph.

    What is replaced has characters that are escaped in every text.
    """
    bar = f'<td width="3" bgcolor="{theme.ACCENT}"></td>'
    card = f'<table class="card" width="100%" cellspacing="0" cellpadding="0"><tr>{bar}'
    drawn = {
        web_page.CARD: f'{card}<td bgcolor="{theme.RAISED}" style="padding: 10px 14px">',
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


def _style() -> str:
    speakers = zip(web_page.COLOURS, theme.SPEAKERS, strict=False)
    return f"""
        body, p, li, td, th {{ color: {theme.TEXT}; }}
        h4 {{ font-size: 14px; margin-top: 6px; margin-bottom: 2px; }}
        p {{ margin-top: 2px; margin-bottom: 6px; }}
        p.heading {{ font-size: 16px; font-weight: 600; margin-top: 22px; margin-bottom: 4px; }}
        p.who {{ margin-top: 12px; margin-bottom: 0; font-weight: 600; }}
        table.facts th {{ color: {theme.FAINT}; font-weight: 400; padding-right: 16px; }}
        table.card {{ margin-top: 12px; margin-bottom: 12px; }}
        .time, .note {{ color: {theme.FAINT}; font-weight: 400; font-size: 12px; }}
        .asked {{ font-size: 16px; font-weight: 600; margin-top: 2px; margin-bottom: 8px; }}
        pre, code {{ font-family: monospace; font-size: 12px; }}
        pre {{ background-color: {theme.GROUND}; white-space: pre-wrap; }}
        {" ".join(f".{name} {{ color: {colour}; }}" for name, colour in speakers)}
    """
