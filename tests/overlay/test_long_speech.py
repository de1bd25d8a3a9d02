"""The captions while one speaker speaks for minutes, and while two speak in turn."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from PyQt6.QtWidgets import QApplication

from bus import messages as m
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.views.caption_view import CaptionView
from overlay.window import OverlayWindow
from tests.support import sample_session as story
from tests.support.events import SECOND, final, log

TEXT = "so when we looked at the queue again the consumers were waiting because the prefetch was one"
WORDS = TEXT.split()
LAYOUTS = ("compact", "full", "captions")


def monologue(minutes: int = 10, words_a_minute: int = 150) -> Iterable[m.Event]:
    """Words of one utterance without a pause."""
    text: list[str] = []
    for at in range(0, minutes * words_a_minute, 10):
        text += [WORDS[(at + each) % len(WORDS)] for each in range(10)]
        stop = at * 60 * SECOND // words_a_minute
        words = " ".join(text)
        yield m.PartialTranscribed(
            source="call", utterance=1, text=words, stable_words=len(text) - 4, stop_sample=stop
        )


def rapid_turns() -> Iterable[m.Event]:
    """Two speakers, 200 turns of a second."""
    for at in range(200):
        text = f"{' '.join(WORDS[at % 9 : at % 9 + 3 + at % 7])} {at}."
        yield final(at // 2 + 1, text, "call" if at % 2 else "mic", at, at + 0.8)


def shown(view: CaptionView) -> list[tuple[int, int]]:
    """Return the upper and lower edges of the lines that are seen, in its viewport."""
    viewport = view.viewport()
    assert viewport is not None
    lines = [(round(each.top()), round(each.bottom())) for each in view._visible_lines()]
    return [(top, bottom) for top, bottom in lines if bottom > 1 and top < viewport.height() - 1]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("speech", [monologue, rapid_turns])
def test_captions_stay_calm_and_show_the_newest(
    application: QApplication, layout: str, speech: type[Iterable[m.Event]]
) -> None:
    window = OverlayWindow(OverlaySettings(x=0, y=0, layout=layout))  # type: ignore[arg-type]
    window.show()
    captions, heights = Captions(), set()
    events = [*story.opening("off"), *speech()]
    view = window.strip if layout == "compact" else window.pane
    for logged in log(*events):
        captions.apply(logged)
        if logged.seq > len(story.opening()):
            window.draw(captions)
            QApplication.processEvents()
            heights.add(window.height())
            viewport, bar = view.viewport(), view.verticalScrollBar()
            assert viewport is not None
            assert bar is not None
            assert bar.value() == bar.maximum(), "the newest words are seen"
            cut = [line for line in shown(view) if line[0] < -1]
            assert not cut, "a line is cut above"
    assert len(heights) == 1, "the window keeps its height"
    assert len(shown(view)) >= 2
    window.hide()
    window.deleteLater()
