"""Prints every text of windows, terminal view and caption page, in the environment's language."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QTabWidget,
    QTextBrowser,
    QWidget,
)
from rich.console import Console

from bus import messages as m
from overlay.desktop import language
from overlay.keys import ACTIONS
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.texts import strings
from overlay.window import OverlayWindow
from session.caption_page.page import load_page
from session.review.handover import Handover
from session.review.strings import receipt
from session.review.window import ReviewWindow
from session.transcript.saved_session import Question, SavedSession, Source, Turn
from session.view.terminal.browsing import Browsing
from session.view.terminal.drawing import Drawing
from tests.overlay.drawing import draw
from tests.support import sample_session as story
from tests.support.events import log

NAMES = {"call": strings.OTHER_PARTY, "mic": strings.YOU}


def named(*events: m.Event) -> list[m.Event]:
    start = next(each for each in events if isinstance(each, m.SessionStarted))
    named = m.SessionStarted(
        version="0.1.0",
        sources=start.sources,
        names=NAMES,
        answer=start.answer,
        started_ns=1,
        providers=["auto", "local", "none"],
    )
    return [named if each is start else each for each in events]


def texts_of(root: QWidget) -> Iterator[str]:
    for widget in (root, *root.findChildren(QWidget)):
        yield from (
            widget.accessibleName(),
            widget.accessibleDescription(),
            widget.toolTip(),
            widget.windowTitle(),
        )
        match widget:
            case QAbstractButton() | QLabel():
                yield widget.text()
            case QTextBrowser():
                yield widget.toPlainText()
            case QTabWidget():
                yield from (widget.tabText(at) for at in range(widget.count()))
            case _:
                pass
    yield from (each.text() for each in root.findChildren(QAction))


def overlay_texts() -> Iterator[str]:
    talk = [*story.opening(), *story.talk(), *story.asked()]
    for events in ([*story.opening()], talk, [*talk, *story.streamed(), story.finished()]):
        window = OverlayWindow(OverlaySettings())
        window.show()
        captions = draw(window, *named(*events))
        for name in ACTIONS:
            window.action_requested.emit(name)
        window.menu.fill(captions)
        if events == [*story.opening()]:
            menu_x, dots_x = window.header.menu.x(), min(dot.x() for dot in window.header.dots.values())
            side = "left" if menu_x < dots_x else "right"
            yield f"{QApplication.layoutDirection().name}, menu at the {side}"
        for part in (window, window.details):
            yield from texts_of(part)


def review_texts() -> Iterator[str]:
    session = SavedSession(
        started=datetime.datetime(2026, 11, 28, 17, 45, tzinfo=datetime.UTC),
        length_s=2700,
        ended="stopped by the user",
        sources=[Source(name=name, speaker=speaker) for name, speaker in NAMES.items()],
        turns=[Turn(source="call", start_s=1, stop_s=3, text="Why?", unconfirmed=True)],
        questions=[Question(number=1, source="call", at_s=3, text="Why?", kind="shorter")],
    )
    window = ReviewWindow(Handover(session=session, receipt=receipt([])), "window", lambda report: None)
    window.show()
    yield from texts_of(window)
    window.saved_to.append("talk.md")
    window.wipe()
    yield from texts_of(window)


def terminal_texts() -> Iterator[str]:
    console = Console(width=100, file=sys.stderr)
    captions, browsing = Captions(), Browsing()
    drawing = Drawing(captions, browsing, console, has_keys=True)
    for logged in log(
        *named(*story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished())
    ):
        captions.apply(logged)
        for key in ("", "?", "?", "s", "s", "l", "l", "q", "n", "c"):
            if key:
                browsing.press(key, captions)
            if logged.seq % 5 == 0:
                yield from ("".join(part.text for part in row) for row in drawing.rows(100, 40))


def main() -> None:
    """Print the direction of the layout, then the texts."""
    warnings: list[str] = []

    def note(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        if kind != QtMsgType.QtDebugMsg and not (text or "").startswith("This plugin does not support"):
            warnings.append(text or "")

    qInstallMessageHandler(note)
    application = QApplication([])
    language.follow(application)
    for text in (
        *overlay_texts(),
        *review_texts(),
        *terminal_texts(),
        load_page()[0].decode().partition("<style>")[0],
    ):
        if text:
            print(text)
    qInstallMessageHandler(None)
    sys.exit("; ".join(warnings) or 0)


if __name__ == "__main__":
    main()
