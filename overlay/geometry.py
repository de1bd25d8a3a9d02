"""Geometry of windows and monitors: clamping, snapping, moving to another monitor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

SNAP_PX = 16
EDGE_PX = 8
"""Distance from the edge at which it opens and snaps."""


@dataclass(frozen=True)
class Area:
    """A rectangle in the coordinates of the desktop."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    def overlap(self, other: Area) -> int:
        """Return the number of pixels that both cover."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(width, 0) * max(height, 0)


def clamped(window: Area, monitor: Area) -> Area:
    """Return the window, made to fit and moved so that all of it is on the monitor."""
    width, height = min(window.width, monitor.width), min(window.height, monitor.height)
    x = min(max(window.x, monitor.x), monitor.right - width)
    y = min(max(window.y, monitor.y), monitor.bottom - height)
    return Area(x, y, width, height)


def snapped(window: Area, monitor: Area) -> Area:
    """Return the window, moved to the edge or the middle of the monitor that it is near to."""
    columns = (
        monitor.x + EDGE_PX,
        monitor.x + (monitor.width - window.width) // 2,
        monitor.right - window.width - EDGE_PX,
    )
    rows = (monitor.y + EDGE_PX, monitor.bottom - window.height - EDGE_PX)
    x = next((at for at in columns if abs(window.x - at) <= SNAP_PX), window.x)
    y = next((at for at in rows if abs(window.y - at) <= SNAP_PX), window.y)
    return replace(window, x=x, y=y)


def monitor_of(window: Area, monitors: Sequence[Area]) -> int:
    """Return the index of the monitor that shows most of the window; the first if none shows any of it."""
    return max(range(len(monitors)), key=lambda at: (window.overlap(monitors[at]), -at))


def moved(window: Area, old: Area, new: Area) -> Area:
    """Return the window at the corresponding place of another monitor."""
    free_old = max(old.width - window.width, 1), max(old.height - window.height, 1)
    free_new = max(new.width - window.width, 0), max(new.height - window.height, 0)
    x = new.x + round((window.x - old.x) * free_new[0] / free_old[0])
    y = new.y + round((window.y - old.y) * free_new[1] / free_old[1])
    return clamped(replace(window, x=x, y=y), new)


def opening(width: int, height: int, monitor: Area) -> Area:
    """Return where a window opens: at the top in the middle, below the camera."""
    x = monitor.x + (monitor.width - width) // 2
    return clamped(Area(x, monitor.y + EDGE_PX, width, height), monitor)
