"""Two tabs of the page: the session, and what left the machine."""

from __future__ import annotations

from PyQt6.QtWidgets import QTabWidget, QWidget

from overlay import strings
from session.review.document import SessionText, requests_html, session_html
from session.transcript.saved_session import SavedSession


class Reading(QTabWidget):
    """Shows a session in two tabs.

    Args:
        session: The session.
    """

    def __init__(self, session: SavedSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = SessionText(strings.REVIEW_TEXT)
        self.requests = SessionText(strings.REVIEW_REQUESTS)
        self.session.show_parts([session_html(session)])
        self.requests.show_parts([requests_html(session)])
        self.addTab(self.session, strings.REVIEW_SESSION)
        left = len(session.left_machine)
        self.addTab(self.requests, f"{strings.REVIEW_LEFT} ({left})")
        for text in (self.session, self.requests):
            text.to_start()

    def wipe(self) -> None:
        """Delete all text."""
        for text in (self.session, self.requests):
            text.clear()
