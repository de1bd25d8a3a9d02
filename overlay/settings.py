"""Settings of the overlay: the table `[overlay]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import PathText


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Position and size of the window on one monitor, in its coordinates."""

    x: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
    y: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
    width: Annotated[int, msgspec.Meta(ge=200, le=10_000)]
    height: Annotated[int, msgspec.Meta(ge=120, le=10_000)]


class OverlaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Position, appearance and keys of the window."""

    width: Annotated[int, msgspec.Meta(ge=200, le=10_000)] = 480
    height: Annotated[int, msgspec.Meta(ge=120, le=10_000)] = 430
    """Height with a question; without one the window is only as high as its captions need."""
    x: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] | None = None
    """Left edge on the screen; None puts the window in the middle, below the camera."""
    y: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] | None = None
    """Upper edge on the screen; None puts the window at the top."""
    opacity: Annotated[float, msgspec.Meta(ge=0.2, le=1)] = 0.94
    """Opacity of the ground, 0.2 (nearly glass) to 1 (solid); text stays legible at each."""
    font_px: Annotated[int, msgspec.Meta(ge=8, le=60)] = 15
    layout: Literal["compact", "full", "captions"] = "compact"
    """"compact": captions and the newest answer; "full": also the transcript; "captions": captions alone."""
    theme: Literal["system", "dark", "light", "contrast"] = "system"
    """"system" follows the desktop's choice of light or dark."""
    announce: Literal["off", "answers", "all"] = "off"
    """What a screen reader is given to speak: questions, first sentences of answers, problems; "all" adds the
    words of the other party."""
    click_through: bool = False
    """Whether clicks go to what is behind the window; the key or `cuecard toggle` ends it."""
    global_keys: bool = True
    """Whether the keys of `keys` work while another program has the keyboard (X11)."""
    keys: dict[str, str] = {}
    """Global keys by action, such as {answer = "Ctrl+Alt+A"}; an empty one switches a key off."""
    remember: bool = True
    """Whether position, size, opacity and text size are remembered for the next session."""
    places: dict[str, Place] = {}
    """Remembered places by monitor; the session fills them in."""
    picture: PathText = ""
    """A PNG file to save a picture of the window to when the session ends; none when empty."""
