"""Remembers where the window was and how it looked, as numbers in one file.

The overlay itself writes no file: it publishes `WindowPlaced`, and the supervisor stores the newest one of
each monitor through a descriptor that it opened before it entered its sandbox.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from bus.messages import Event, WindowPlaced
from overlay.settings import OverlaySettings, Place

_MOST_MONITORS = 12
_MOST_BYTES = 16_384


class Remembered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of the file."""

    places: dict[str, Place] = {}
    """By monitor."""
    opacity_percent: Annotated[int, msgspec.Meta(ge=20, le=100)] | None = None
    font_px: Annotated[int, msgspec.Meta(ge=8, le=60)] | None = None


def window_file() -> Path:
    """Return the file."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "window.json"


def remembered() -> Remembered:
    """Return what is remembered; nothing if the file is missing or damaged."""
    try:
        with window_file().open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=Remembered)
    except (OSError, msgspec.MsgspecError):
        return Remembered()


def with_remembered(settings: OverlaySettings) -> OverlaySettings:
    """Return the settings with what is remembered where they leave the default."""
    if not settings.remember:
        return settings
    stored, default = remembered(), OverlaySettings()
    opacity, font_px = settings.opacity, settings.font_px
    if opacity == default.opacity and stored.opacity_percent:
        opacity = stored.opacity_percent / 100
    if font_px == default.font_px and stored.font_px:
        font_px = stored.font_px
    return msgspec.structs.replace(settings, places=stored.places, opacity=opacity, font_px=font_px)


class WindowMemory:
    """Collects the window's places during a session, and stores them at its end.

    Args:
        active: Whether anything is to be stored.
    """

    def __init__(self, *, active: bool) -> None:
        self._stored, self._changed = remembered(), False
        self._descriptor = _open() if active else None

    def apply(self, event: Event) -> None:
        """Apply one event."""
        if not isinstance(event, WindowPlaced) or self._descriptor is None:
            return
        place = {"x": event.x, "y": event.y, "width": event.width, "height": event.height}
        with contextlib.suppress(msgspec.ValidationError):  # numbers that no monitor has
            places = {**self._stored.places, event.monitor: msgspec.convert(place, Place)}
            content = {
                "places": dict(list(places.items())[-_MOST_MONITORS:]),
                "opacity_percent": event.opacity_percent,
                "font_px": event.font_px,
            }
            self._stored, self._changed = msgspec.convert(content, Remembered), True

    def close(self) -> None:
        """Store what has changed."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError), os.fdopen(self._descriptor, "wb") as file:
            if self._changed:
                file.truncate(0)
                file.write(msgspec.json.encode(self._stored))
        self._descriptor = None


def _open() -> int | None:
    file = window_file()
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return None
