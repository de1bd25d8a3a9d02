"""Compares pictures of the window with stored ones, in each theme and in three sizes.

`CUECARD_UPDATE_GOLDEN=1` stores new ones; look at them before you commit them. Versions of the system's font
libraries draw the lines of a list 14 or 16 pixels high at 12 pixels: there is a picture of each, and one of
them must match. `CUECARD_UPDATE_GOLDEN=other` stores the second.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QApplication

from overlay import theme
from overlay.settings import OverlaySettings
from overlay.window import OverlayWindow
from tests.overlay.drawing import draw
from tests.support import sample_session as story

GOLDEN = Path(__file__).parent / "golden"
EVENTS = [*story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished()]
SIZES = {
    "compact": OverlaySettings(x=0, y=0),
    "small": OverlaySettings(x=0, y=0, width=320, height=360, font_px=12),
    "full": OverlaySettings(x=0, y=0, width=560, height=420, layout="full"),
}
SHRUNK = 8
"""Pictures are compared in blocks of so many pixels, so that the smoothing of letters does not matter."""
MEAN_DIFFERENCE, BLOCK_DIFFERENCE = 3.0, 70.0
"""Largest differences of brightness, of 255."""


def picture(name: theme.Name, settings: OverlaySettings) -> QImage:
    """Return the window before a grey desktop."""
    window = OverlayWindow(settings)
    window.set_theme(name)
    window.show()
    draw(window, *EVENTS)
    QApplication.processEvents()
    image = QImage(window.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("#8090a0"))
    painter = QPainter(image)
    window.render(painter)
    painter.end()
    window.hide()
    window.deleteLater()
    return image


def blocks(image: QImage) -> Iterator[int]:
    small = image.scaled(
        image.width() // SHRUNK,
        image.height() // SHRUNK,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    for y in range(small.height()):
        for x in range(small.width()):
            yield QColor(small.pixel(x, y)).value()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", theme.PALETTES)
def test_window_looks_as_it_did(application: QApplication, name: theme.Name, size: str) -> None:
    image = picture(name, SIZES[size])
    files = [GOLDEN / f"{name}-{size}.png", GOLDEN / f"{name}-{size}-other.png"]
    if update := os.environ.get("CUECARD_UPDATE_GOLDEN"):
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        grey.save(str(files[update == "other"]), quality=0)
    assert any(_looks_like(image, QImage(str(file))) for file in files if file.exists())


def _looks_like(image: QImage, golden: QImage) -> bool:
    if image.size() != golden.size():
        return False
    differences = [abs(now - then) for now, then in zip(blocks(image), blocks(golden), strict=True)]
    return sum(differences) / len(differences) < MEAN_DIFFERENCE and max(differences) < BLOCK_DIFFERENCE
