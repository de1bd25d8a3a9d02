from __future__ import annotations

import pytest

from overlay import theme
from overlay.theme import LEAST_OPAQUE, PALETTES, Palette, backing_opacity

TEXTS = ("text", "faint", "accent", "good", "warn", "bad")
OPACITIES = (0.2, 0.4, 0.6, 0.8, LEAST_OPAQUE, 0.9, 1.0)


def channels(name: str) -> list[float]:
    return [int(name[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[float], other: list[float]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def behind_text(palette: Palette, opacity: float, desktop: str) -> list[float]:
    """Return the colour behind text: the desktop, the window's ground, the backing."""
    colour = channels(desktop)
    for alpha in (opacity, backing_opacity(opacity)):
        pairs = zip(channels(palette.ground), colour, strict=True)
        colour = [alpha * ground + (1 - alpha) * below for ground, below in pairs]
    return colour


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("opacity", OPACITIES)
@pytest.mark.parametrize("desktop", ["#000000", "#ffffff", "#808080"])
def test_text_is_legible_at_every_opacity(name: theme.Name, opacity: float, desktop: str) -> None:
    palette = PALETTES[name]
    ground = behind_text(palette, opacity, desktop)
    colours = [*(getattr(palette, text) for text in TEXTS), *palette.speakers]
    assert min(contrast(channels(colour), ground) for colour in colours) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_text_on_code_and_selection_is_legible_and_borders_are_seen(palette: Palette) -> None:
    for ground in (palette.code, palette.selection):
        assert contrast(channels(palette.text), channels(ground)) >= 4.5
    assert contrast(channels(palette.line), channels(palette.ground)) >= 3


def test_a_speaker_s_colour_does_not_depend_on_the_order_of_sources() -> None:
    palette = PALETTES["dark"]
    orders = (["mic", "call"], ["call", "mic"], ["call", "mic", "phone"])
    for source in ("mic", "call"):
        assert len({theme.speaker_colour(palette, source, order) for order in orders}) == 1
    named = orders[2]
    assert len({theme.speaker_colour(palette, source, named) for source in named}) == 3
