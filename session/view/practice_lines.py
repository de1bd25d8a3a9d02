"""Formats a practice, as plain lines and for the terminal. Pure."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bus import messages as m
from overlay.state.practice import Entry
from overlay.texts import sentences
from session.view import strings
from session.view.printable import printable

_INDENT = (0, 0, 0, 7)


def practice_lines(event: m.Event) -> list[tuple[str, str]]:
    """Return the labelled lines of a practice's event; none for other events."""
    match event:
        case m.PracticeQuestionAsked(number=number, of=of, text=text):
            return [("asked", sentences.numbered(number, of, text))]
        case m.TurnStarted():
            return [("turn", strings.YOUR_TURN)]
        case m.PracticeAnswerMeasured(remarks=remarks):
            return [("measured", remark) for remark in remarks]
        case m.PracticeEnded(remarks=remarks, caveats=caveats):
            return [
                *(("overall", remark) for remark in remarks),
                *(("caution", caveat) for caveat in caveats),
            ]
        case _:
            return []


def drawn(entry: Entry) -> RenderableType:
    """Return a question, the remarks on an answer, or the summary, for the scrollback."""
    match entry:
        case m.PracticeQuestionAsked(number=number, of=of, text=text):
            return Group(
                _rule(strings.PRACTICE_QUESTION.format(number=number, count=of)),
                Text(printable(text), style="bold"),
            )
        case m.PracticeAnswerMeasured(remarks=remarks):
            return _indented(remarks, "yellow")
        case m.PracticeEnded(remarks=remarks, caveats=caveats):
            return Group(
                _rule(strings.PRACTICE_WHOLE), _indented(remarks, "yellow"), _indented(caveats, "dim")
            )


def _rule(title: str) -> Text:
    return Text(f"── {title}", style="dim")


def _indented(lines: list[str], style: str) -> RenderableType:
    return Group(*(Padding(Text(f"· {printable(line)}", style=style), _INDENT) for line in lines))
