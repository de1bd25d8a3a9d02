"""Places the window: on its monitor, dragged, snapped, resized, and remembered."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QMouseEvent, QScreen
from PyQt6.QtWidgets import QApplication, QWidget

from bus.messages import WindowPlaced
from overlay import geometry
from overlay.geometry import Area
from overlay.settings import OverlaySettings, Place
from overlay.widgets.backing import Appearance

_REMEMBERED_AFTER_MS = 1_000
_NAME_CHARACTERS = 40


class Placement(QObject):
    """Position and size of a window.

    Args:
        window: The window.
        appearance: Its opacity and text size, which are remembered too.
        settings: The settings, with the remembered places.
    """

    changed = pyqtSignal(object)
    """The user changed something that is remembered: `WindowPlaced`."""

    def __init__(self, window: QWidget, appearance: Appearance, settings: OverlaySettings) -> None:
        super().__init__(window)
        self._window, self._appearance, self._settings = window, appearance, settings
        self._places = dict(settings.places)
        """Remembered places by monitor."""
        self._whole_height = settings.height
        """Height with a question."""
        self._scale: float | None = None
        """Of the whole height; None while the window is only as high as it needs."""
        self._dragged_from: tuple[QPoint, QPoint] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._publish)
        self._open()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(lambda: QTimer.singleShot(0, self.keep_on_monitor))
            application.primaryScreenChanged.connect(lambda: self.keep_on_monitor())

    def set_height(self, scale: float | None) -> None:
        """Give the window its whole height times a factor, or as little as it needs."""
        self._scale = scale
        layout = self._window.layout()
        if layout is None:
            return
        width = self._window.width()
        least = max(layout.totalMinimumSize().height(), layout.minimumHeightForWidth(width))
        height = least if scale is None else max(round(self._whole_height * scale), least)
        if height != self._window.height():
            self._window.resize(self._window.width(), height)
            self.keep_on_monitor()

    def keep_on_monitor(self) -> None:
        """Move and shrink the window so that all of it is on a monitor."""
        self._set(geometry.clamped(self._area(), self._monitors()[self._monitor()]))

    def to_next_monitor(self) -> None:
        """Move the window to its remembered place on the next monitor, or to the corresponding one."""
        self._remember()
        screens, monitors, at = QGuiApplication.screens(), self._monitors(), self._monitor()
        following = (at + 1) % len(monitors)
        moved = geometry.moved(self._area(), monitors[at], monitors[following])
        if place := self._places.get(_name(screens[following])):
            self._whole_height = place.height
            origin = screens[following].geometry()
            x, y = origin.x() + place.x, origin.y() + place.y
            moved = geometry.clamped(Area(x, y, place.width, moved.height), monitors[following])
        self._set(moved)
        self.publish_soon()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        """Move the window with the mouse, wherever in it the mouse was pressed."""
        return isinstance(event, QMouseEvent) and self._drag(event)

    def _drag(self, event: QMouseEvent) -> bool:
        """Begin, continue or end a drag, by a press, a move or a release.

        Returns:
            Whether the event was used.
        """
        at = event.globalPosition()  # the position in the window is that of before the last move
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            if _is_placed_by_compositor():
                handle = self._window.windowHandle()
                return bool(handle and handle.startSystemMove())
            self._dragged_from = at.toPoint(), self._window.pos()
        elif event.type() == QEvent.Type.MouseMove and self._dragged_from:
            pressed, place = self._dragged_from
            moved = place + at.toPoint() - pressed
            area = Area(moved.x(), moved.y(), self._window.width(), self._window.height())
            monitor = self._monitors()[geometry.monitor_of(area, self._monitors())]
            snapped = geometry.snapped(area, monitor)
            self._window.move(snapped.x, snapped.y)
        elif event.type() == QEvent.Type.MouseButtonRelease and self._dragged_from:
            self._dragged_from = None
            self.keep_on_monitor()
            self.publish_soon()
        else:
            return False
        return True

    def resized(self) -> None:
        """Remember a size that the user gave the window."""
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton and not self._dragged_from:
            if self._scale is not None:
                self._whole_height = round(self._window.height() / self._scale)
            self.publish_soon()

    def publish_soon(self) -> None:
        """Publish the place once nothing has changed for a moment."""
        self._timer.start(_REMEMBERED_AFTER_MS)

    def _publish(self) -> None:
        name, place = self._remember()
        self.changed.emit(
            WindowPlaced(
                monitor=name,
                x=place.x,
                y=place.y,
                width=place.width,
                height=place.height,
                opacity_percent=round(self._appearance.opacity * 100),
                font_px=self._appearance.sizes.text,
            )
        )

    def _remember(self) -> tuple[str, Place]:
        """Remember the place on this monitor, and return both."""
        screen, area = self._screen(), self._area()
        origin, before = screen.geometry(), self._places.get(_name(screen))
        x, y = area.x - origin.x(), area.y - origin.y()
        if _is_placed_by_compositor() and before is not None:
            x, y = before.x, before.y
        place = Place(x=x, y=y, width=area.width, height=self._whole_height)
        self._places[_name(screen)] = place
        return _name(screen), place

    def _open(self) -> None:
        """Open at the settings' place, the remembered place on the primary monitor, or below the camera."""
        settings, screen = self._settings, QGuiApplication.primaryScreen()
        if screen is None:
            return
        place = self._places.get(_name(screen))
        width = place.width if place else settings.width
        self._whole_height = place.height if place else settings.height
        self._window.resize(width, self._whole_height)
        area = geometry.opening(width, self._whole_height, _available(screen))
        x, y = area.x, area.y
        if place:
            x, y = screen.geometry().x() + place.x, screen.geometry().y() + place.y
        x, y = (settings.x if settings.x is not None else x), (settings.y if settings.y is not None else y)
        self._window.move(x, y)
        self.keep_on_monitor()

    def _set(self, area: Area) -> None:
        if area != self._area():
            self._window.resize(area.width, area.height)
            self._window.move(area.x, area.y)

    def _area(self) -> Area:
        window = self._window
        return Area(window.x(), window.y(), window.width(), window.height())

    def _monitors(self) -> list[Area]:
        return [_available(screen) for screen in QGuiApplication.screens()]

    def _monitor(self) -> int:
        return geometry.monitor_of(self._area(), self._monitors())

    def _screen(self) -> QScreen:
        return QGuiApplication.screens()[self._monitor()]


def _is_placed_by_compositor() -> bool:
    """Return whether windows cannot know or choose where they are."""
    return QGuiApplication.platformName() == "wayland"


def _available(screen: QScreen) -> Area:
    room = screen.availableGeometry()
    return Area(room.x(), room.y(), room.width(), room.height())


def _name(screen: QScreen) -> str:
    """Return the name by which a monitor is remembered."""
    return (
        "".join(each for each in screen.name() if each.isalnum() or each in "-_.")[:_NAME_CHARACTERS]
        or "monitor"
    )
