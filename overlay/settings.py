"""Settings of the overlay: the table `[overlay]`."""

from __future__ import annotations

import msgspec


class OverlaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the window is and how it looks."""

    width: int = 460
    height: int = 720
    x: int | None = None
    """Left edge on the screen; None puts the window at the right."""
    y: int | None = None
    """Upper edge on the screen; None puts the window at the top."""
    opacity: float = 0.94
    """0.3 (nearly glass) to 1 (solid)."""
    font_px: int = 14
    picture: str = ""
    """A PNG file into which the window draws itself when the session ends; nothing when empty."""
