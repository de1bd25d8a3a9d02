"""Colours and style sheet of the overlay; text has at least 4.5:1 contrast."""

from __future__ import annotations

GROUND = "#14171c"
RAISED = "#1d2229"
LINE = "#2c333d"
TEXT = "#e8eaed"
FAINT = "#9aa4b2"
ACCENT = "#7cc4ff"
GOOD = "#79d49a"
WARN = "#f2c14e"
BAD = "#ff8a80"

SPEAKERS = ("#7cc4ff", "#9fdfa9", "#d7aefb", "#f6c177")
"""One colour for each source, in the session's order."""

STATES = {"starting": WARN, "ready": GOOD, "died": BAD, "given up": BAD}


def speaker_colour(source: str, sources: list[str]) -> str:
    """Return the colour of a source's name."""
    return SPEAKERS[sources.index(source) % len(SPEAKERS)] if source in sources else FAINT


def style_sheet(font_px: int) -> str:
    """Return the window's style sheet.

    Args:
        font_px: Size of running text.
    """
    small = max(font_px - 3, 10)
    return f"""
        QWidget#overlay {{ background: {GROUND}; border: 1px solid {LINE}; }}
        QWidget {{ color: {TEXT}; font-size: {font_px}px; background: transparent; }}
        QLabel#faint, QLabel#section {{ color: {FAINT}; font-size: {small}px; }}
        QLabel#title {{ font-weight: 600; }}
        QLabel#question {{ font-size: {font_px + 2}px; font-weight: 600; color: {TEXT}; }}
        QLabel#held {{ color: {WARN}; font-size: {small}px; }}
        QLabel#problem {{ color: {BAD}; font-size: {small}px; }}
        QFrame#card {{ background: {RAISED}; border-radius: 10px; }}
        QTextBrowser#notes {{ border-left: 2px solid {LINE}; padding-left: 8px; font-size: {small + 1}px; }}
        QPushButton#bare:disabled {{ color: {LINE}; }}
        QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
        QTextBrowser {{ background: transparent; border: none; selection-background-color: #2f5d8a; }}
        QPushButton {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; border-radius: 8px;
                       padding: 5px 12px; font-size: {small + 1}px; }}
        QPushButton:hover {{ border-color: {ACCENT}; }}
        QPushButton#bare {{ background: transparent; border: none; padding: 2px 6px; color: {FAINT}; }}
        QPushButton#bare:hover {{ color: {TEXT}; }}
        QPushButton#ledger {{ background: transparent; border: none; padding: 0; color: {GOOD};
                              font-size: {small}px; text-align: left; }}
        QPushButton#ledger[left="true"] {{ color: {ACCENT}; }}
        QPushButton#ledger::menu-indicator {{ subcontrol-position: right center; width: 9px; }}
        QMenu {{ background: {RAISED}; border: 1px solid {LINE}; padding: 4px; }}
        QMenu::item {{ padding: 4px 14px; }}
        QMenu::item:selected {{ background: {LINE}; }}
        QPushButton#ledger:hover {{ color: {TEXT}; }}
        QScrollBar:vertical {{ background: transparent; width: 8px; }}
        QScrollBar::handle:vertical {{ background: {LINE}; border-radius: 4px; min-height: 24px; }}
        QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
        QSlider::groove:horizontal {{ height: 3px; background: {LINE}; border-radius: 1px; }}
        QSlider::handle:horizontal {{ width: 11px; margin: -4px 0; border-radius: 5px; background: {FAINT}; }}
    """
