"""Palettes and style sheet of the overlay.

Every text colour has a contrast of at least 4.5:1. Where the ground is translucent, it is behind text never
less opaque than `LEAST_OPAQUE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Name = Literal["dark", "light", "contrast"]

LEAST_OPAQUE = 0.86
"""Least opacity of the ground behind text."""


@dataclass(frozen=True)
class Palette:
    """Colours of a theme, as "#rrggbb"."""

    ground: str
    line: str
    """Borders, at least 3:1 against the ground."""
    text: str
    faint: str
    """Words that may still change, and text that is read once."""
    accent: str
    good: str
    warn: str
    bad: str
    code: str
    """Ground of code."""
    selection: str
    speakers: tuple[str, ...]
    """The other party first, then the user; the order of `--source` does not matter."""


PALETTES: dict[Name, Palette] = {
    "dark": Palette(
        ground="#14171c",
        line="#646c78",
        text="#e8eaed",
        faint="#a3adba",
        accent="#7cc4ff",
        good="#79d49a",
        warn="#f2c14e",
        bad="#ff9a91",
        code="#20262e",
        selection="#2f5d8a",
        speakers=("#7cc4ff", "#9fdfa9", "#d7aefb", "#f6c177"),
    ),
    "light": Palette(
        ground="#fafbfc",
        line="#858c96",
        text="#15181d",
        faint="#49515c",
        accent="#0b57a8",
        good="#146c34",
        warn="#7a4b00",
        bad="#a81b12",
        code="#e9ecf0",
        selection="#b7d7f7",
        speakers=("#0b57a8", "#146c34", "#6d2aa6", "#7a4b00"),
    ),
    "contrast": Palette(
        ground="#000000",
        line="#ffffff",
        text="#ffffff",
        faint="#e0e0e0",
        accent="#7fdfff",
        good="#8dff8d",
        warn="#ffe14d",
        bad="#ffb3b3",
        code="#000000",
        selection="#0047ab",
        speakers=("#7fdfff", "#8dff8d", "#ffb3ff", "#ffe14d"),
    ),
}

_FIRST_SPEAKERS = {"call": 0, "mic": 1}


def speaker_colour(palette: Palette, source: str, sources: list[str]) -> str:
    """Return the colour of a source's name; that of `call` and `mic` is the same in every session."""
    others = [each for each in sources if each not in _FIRST_SPEAKERS]
    at = _FIRST_SPEAKERS.get(source, 2 + others.index(source) if source in others else 0)
    return palette.speakers[at % len(palette.speakers)]


def backing_opacity(opacity: float) -> float:
    """Return the opacity that a backing behind text needs over a ground of this opacity."""
    return 0.0 if opacity >= LEAST_OPAQUE else 1 - (1 - LEAST_OPAQUE) / (1 - opacity)


@dataclass(frozen=True)
class Sizes:
    """Sizes of text in pixels, from that of running text."""

    text: int

    @property
    def headline(self) -> int:
        """The first sentence of an answer."""
        return round(self.text * 4 / 3)

    @property
    def small(self) -> int:
        """Passages, remarks and status."""
        return max(self.text - 2, 11)


def style_sheet(palette: Palette, sizes: Sizes, opacity: float = 1.0) -> str:
    """Return the style sheet of the windows.

    Args:
        palette: The colours.
        sizes: The sizes of text.
        opacity: Opacity of the window's ground; buttons without a border get a backing where it is low.
    """
    p = palette
    red, green, blue = (int(p.ground[at : at + 2], 16) for at in (1, 3, 5))
    backing = f"rgba({red}, {green}, {blue}, {round(backing_opacity(opacity) * 255)})"
    return f"""
        QWidget {{ color: {p.text}; font-size: {sizes.text}px; background: transparent; }}
        QWidget#window {{ background: {p.ground}; }}
        QLabel#faint {{ color: {p.faint}; font-size: {sizes.small}px; }}
        QFrame#hairline {{ background: {p.line}; }}
        QLabel#title {{ font-weight: 600; }}
        QLabel#question {{ font-weight: 600; }}
        QLabel#passage {{ font-size: {sizes.small}px; }}
        QLabel#warn {{ color: {p.warn}; font-size: {sizes.small}px; }}
        QLabel#problem {{ font-size: {sizes.small}px; }}
        QTextBrowser {{ background: transparent; border: none; selection-background-color: {p.selection};
                        selection-color: {p.text}; }}
        QTextBrowser#small {{ font-size: {sizes.small}px; }}
        QPushButton {{ background: {p.ground}; border: 1px solid {p.line}; border-radius: 6px;
                       padding: 4px 12px; font-size: {sizes.small}px; }}
        QPushButton:hover, QPushButton:focus {{ border-color: {p.accent}; }}
        QPushButton:default {{ border: 2px solid {p.accent}; }}
        QPushButton:disabled {{ color: {p.line}; }}
        QPushButton#bare {{ background: {backing}; border: 1px solid transparent; padding: 2px 6px;
                            color: {p.faint}; }}
        QPushButton#bare:hover, QPushButton#bare:focus {{ color: {p.text}; border-color: {p.accent}; }}
        QPushButton#bare::menu-indicator {{ image: none; width: 0; }}
        QToolTip {{ background: {p.ground}; color: {p.text}; border: 1px solid {p.line}; padding: 4px; }}
        QMenu {{ background: {p.ground}; border: 1px solid {p.line}; padding: 4px; }}
        QMenu::item {{ padding: 4px 18px; }}
        QMenu::item:selected {{ background: {p.selection}; }}
        QMenu::item:disabled {{ color: {p.faint}; }}
        QMenu::separator {{ height: 1px; background: {p.line}; margin: 4px 8px; }}
        QScrollBar:vertical {{ background: transparent; width: 8px; }}
        QScrollBar::handle:vertical {{ background: {p.line}; border-radius: 4px; min-height: 24px; }}
        QScrollBar::handle:vertical:disabled {{ background: transparent; }}
        QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
        QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
        QSlider::groove:horizontal {{ height: 4px; background: {p.line}; border-radius: 2px; }}
        QSlider::handle:horizontal {{ width: 12px; margin: -4px 0; border-radius: 6px;
                                       background: {p.accent}; }}
    """
