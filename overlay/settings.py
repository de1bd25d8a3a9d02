"""Settings of the overlay: the table `[overlay]`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from bus.settings import PathText


class OverlaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Position and appearance of the window."""

    width: Annotated[int, msgspec.Meta(ge=200, le=10_000)] = 460
    height: Annotated[int, msgspec.Meta(ge=120, le=10_000)] = 720
    x: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] | None = None
    """Left edge on the screen; None puts the window at the right."""
    y: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] | None = None
    """Upper edge on the screen; None puts the window at the top."""
    opacity: Annotated[float, msgspec.Meta(ge=0.3, le=1)] = 0.94
    """0.3 (nearly glass) to 1 (solid)."""
    font_px: Annotated[int, msgspec.Meta(ge=6, le=100)] = 14
    picture: PathText = ""
    """A PNG file to save a picture of the window to when the session ends; none when empty."""
