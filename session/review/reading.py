"""Two tabs of the page: the session, and what left the machine."""

from __future__ import annotations

from PyQt6.QtWidgets import QTabWidget

from overlay.widgets.backing import Appearance
from session.review import strings
from session.review.document import SessionText, requests_html, session_html
from session.transcript.saved_session import SavedSession


class Reading(QTabWidget):
    """Shows a session in two tabs.

    Args:
        appearance: What it draws with.
        session: The session.
    """

    def __init__(self, appearance: Appearance, session: SavedSession) -> None:
        super().__init__()
        self._appearance = appearance
        self.session = SessionText(appearance, strings.TEXT)
        self.requests = SessionText(appearance, strings.REQUESTS)
        self.addTab(self.session, strings.SESSION)
        self.addTab(self.requests, strings.left_machine(len(session.left_machine)))

    def draw(self, session: SavedSession) -> None:
        """Draw the session in the present colours and sizes."""
        self.session.draw(session_html(session, self._appearance.palette))
        self.requests.draw(requests_html(session, self._appearance.palette))

    def wipe(self) -> None:
        """Delete all text."""
        for text in (self.session, self.requests):
            text.clear()
