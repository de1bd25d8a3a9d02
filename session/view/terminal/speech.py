"""Draws the sources with their levels, and the captions. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from overlay.state.captions import Captions
from overlay.state.paragraphs import Line, Paragraph, paragraphs
from overlay.texts import sentences
from session.view import strings
from session.view.printable import drawable
from session.view.terminal.rows import Row, fit, wrapped

QUIETEST_DBFS = -60.0
_COLOURS = ("cyan", "green", "magenta", "yellow")
_LEVELS = "▁▂▃▄▅▆▇█"
_NARROW = 50
"""Columns below which a speaker's name stands in the text instead of beside it."""
_LONGEST_NAME = 12


class Speech:
    """Draws who speaks and what was said.

    Args:
        captions: The state to draw; it changes between calls.
        console: Measures and wraps.
    """

    def __init__(self, captions: Captions, console: Console) -> None:
        self._captions, self._console = captions, console

    def sources(self) -> Text:
        """Return the level and name of each source, bold when it speaks, and the kind of session."""
        text = Text()
        for source in self._captions.sources:
            speaks = source in self._captions.speaking
            text.append(f"{self._level(source)} ", style=self._colour(source))
            name = self._name(source)
            if source in self._captions.paused:
                name = strings.SOURCE_PAUSED.format(name=name)
            text.append(name, style=f"bold {self._colour(source)}" if speaks else "dim")
            text.append("   ")
        return text.append(sentences.kind(self._captions.state), style="dim")

    def newest(self, rows: int, columns: int, *, ruled: bool) -> list[Row]:
        """Return the newest captions in exactly these rows; a line may separate them from an answer."""
        rule = [[Segment("─" * columns, self._console.get_style("dim"))]] if ruled and rows > 2 else []
        room = max(rows - len(rule), 0)
        apart: list[Row] = [] if self._captions.answers_questions else [[]]
        drawn: list[Row] = []
        for paragraph in reversed(self._captions.paragraphs):
            if len(drawn) >= room:
                break
            drawn = [*self._paragraph(paragraph, columns), *(apart if drawn else []), *drawn]
        if not drawn:
            drawn = wrapped(self._console, [Text(strings.NO_SPEECH_YET, style="dim")], columns)
        return [*rule, *fit(drawn[-room:] if room else [], room)]

    def texts(self, lines: Iterable[Line]) -> Iterable[Text]:
        """Yield the paragraphs of these lines, with their speakers."""
        return map(self._text, paragraphs(lines))

    def _paragraph(self, paragraph: Paragraph, columns: int) -> list[Row]:
        if columns < _NARROW:
            return wrapped(self._console, [self._text(paragraph)], columns)
        width = self._name_width()
        style = f"bold {self._colour(paragraph.source)}"
        name = Text(self._name(paragraph.source), no_wrap=True, style=style)
        name.truncate(width, overflow="ellipsis", pad=True)
        rows = wrapped(self._console, [self._words(paragraph)], columns - width - 2)
        (label,) = wrapped(self._console, [name], width)
        margins = [[*label, Segment("  ")], *([[Segment(" " * (width + 2))]] * (len(rows) - 1))]
        return [[*margin, *row] for margin, row in zip(margins, rows, strict=True)]

    def _text(self, paragraph: Paragraph) -> Text:
        name = Text(f"{self._name(paragraph.source)}  ", style=f"bold {self._colour(paragraph.source)}")
        return Text().append_text(name).append_text(self._words(paragraph))

    def _level(self, source: str) -> str:
        level_dbfs = self._captions.levels.rms_dbfs(source)
        share = min(max(1 - level_dbfs / QUIETEST_DBFS, 0.0), 1.0)
        return _LEVELS[round(share * (len(_LEVELS) - 1))]

    def _name_width(self) -> int:
        named = [*self._captions.sources, *(mark.source for mark in self._captions.marks[:1])]
        widths = [Text(self._name(source)).cell_len for source in named]
        return min(max(widths, default=4), _LONGEST_NAME)

    def _name(self, source: str) -> str:
        return drawable(self._captions.name(source))

    def _colour(self, source: str) -> str:
        """Return a source's colour, which does not depend on the order of the sources."""
        known = sorted(self._captions.sources)
        return _COLOURS[known.index(source) % len(_COLOURS)] if source in known else "white"

    def _words(self, paragraph: Paragraph) -> Text:
        """Return the words, unsettled ones dim; captions alone are bold."""
        text, firm = Text(), "" if self._captions.answers_questions else "bold"
        for words, settled in paragraph.spans():
            text.append(" " if text else "").append(drawable(words), style=firm if settled else "dim")
        return text
