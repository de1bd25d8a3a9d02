"""Draws captions as the rows of a terminal screen, with rich. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from overlay.state.captions import MAX_LINES, Captions
from overlay.state.exchange import Exchange
from overlay.state.paragraphs import Line
from session.view import practice_lines, strings
from session.view.printable import drawable
from session.view.terminal.answer import answer_parts, exchange_text, passages_of, question_of, remark_on
from session.view.terminal.browsing import Browsing, help_keys
from session.view.terminal.rows import Row, cut, fit, wrapped
from session.view.terminal.speech import Speech
from session.view.terminal.status import latency_rows, sent_rows, status_rows
from session.view.terminal.zones import Zones, divide


class Drawing:
    """Draws a `Captions`.

    Args:
        captions: The state to draw; it changes between calls.
        browsing: What the user looks at; it changes, too.
        console: Measures and wraps.
        has_keys: Whether key presses are read.
        caption_page: What to tell of the page with the captions, if it is served.
    """

    def __init__(
        self,
        captions: Captions,
        browsing: Browsing,
        console: Console,
        *,
        has_keys: bool,
        caption_page: Sequence[str] = (),
    ) -> None:
        self._captions, self._browsing, self._console = captions, browsing, console
        self._has_keys, self._caption_page = has_keys, caption_page
        self._speech = Speech(captions, console)

    def rows(self, columns: int, rows: int) -> list[Row]:
        """Return a screen of exactly this size."""
        draw = self._aside if self._browsing.aside else self._session
        drawn = draw(columns, rows)
        return [*drawn, *([[]] * rows)][:rows]

    def conversation(self) -> Iterable[RenderableType]:
        """Yield what was said, asked and answered, for the time after the session."""
        lines, waiting = self._captions.lines, [*self._captions.exchanges]
        if len(lines) == MAX_LINES:
            yield Text(strings.EARLIER, style="dim")
        said: list[Line] = []
        for line in sorted([*lines, *self._captions.partials, *self._captions.marks], key=_began):
            said.append(line)
            asked = [
                each for each in waiting if each.source == line.source and each.utterance <= line.utterance
            ]
            if asked:
                yield from self._speech.texts(said)
                yield from (exchange_text(self._captions, each) for each in asked)
                said, waiting = [], [each for each in waiting if each not in asked]
        yield from self._speech.texts(said)
        yield from (practice_lines.drawn(entry) for entry in self._captions.practice.entries)
        yield from (exchange_text(self._captions, each) for each in waiting)

    def _session(self, columns: int, rows: int) -> list[Row]:
        exchange = self._browsing.exchange(self._captions)
        question = self._wrapped(question_of(self._captions, exchange), columns)
        passages = self._wrapped(passages_of(exchange), columns) if self._browsing.details else []
        problems, keys = self._problems(columns), self._keys(columns)
        zones = divide(
            rows,
            question=len(question),
            passages=len(passages),
            problems=len(problems),
            keys=len(keys),
            details=self._browsing.details,
        )
        return [
            *fit(self._wrapped([self._speech.sources()], columns), zones.sources),
            *cut(question, zones.question, columns),
            *self._answer(exchange, zones, columns),
            *cut(passages, zones.passages, columns),
            *self._speech.newest(zones.captions, columns, ruled=bool(zones.question)),
            *cut(problems, zones.problems, columns),
            *cut(self._wrapped([self._left_machine()], columns), zones.left_machine, columns),
            *fit(keys, zones.keys),
        ]

    def _answer(self, exchange: Exchange | None, zones: Zones, columns: int) -> list[Row]:
        """Return the answer's zone: the first sentence always, the page of the rest, a remark."""
        if zones.answer == 0:
            return []
        room = max(zones.answer - 1, 1)
        budget = columns * room * (self._browsing.page + 2)
        headline, rest = answer_parts(self._captions, exchange, budget, has_keys=self._has_keys)
        first = self._wrapped(headline, columns)
        body = self._wrapped(rest, columns) if self._browsing.details else []
        kept = min(len(first), max(room * 2 // 3, 1))
        size = max(room - kept, 1)
        flowing = [*first[kept:], *body]
        pages = max(-(-len(flowing) // size), 1)
        page = self._browsing.page % pages
        shown = [*first[:kept], *flowing[page * size : (page + 1) * size]][:room]
        more = strings.MORE if page + 1 < pages else strings.FIRST_PAGE if page else ""
        foot = self._foot(exchange, more if self._has_keys else more[:1], columns)
        return fit(fit(shown, room) + foot, zones.answer)

    def _foot(self, exchange: Exchange | None, more: str, columns: int) -> list[Row]:
        remark = Text(remark_on(self._captions, exchange), style="dim italic", no_wrap=True)
        remark.truncate(max(columns - len(more) - 2, 0), overflow="ellipsis")
        gap = " " * max(columns - remark.cell_len - len(more) - 1, 1)
        return self._wrapped([remark.append(f"{gap}{more}" if more else "", style="not italic")], columns)[:1]

    def _problems(self, columns: int) -> list[Row]:
        problems = self._captions.problems.current(self._captions.names)
        if not problems:
            return []
        newest = drawable(problems[0].text)
        if len(problems) > 1:
            newest = strings.MORE_PROBLEMS.format(problem=newest, count=len(problems) - 1)
        return self._wrapped([Text(f"! {newest}", style="red")], columns)

    def _left_machine(self) -> Text:
        egress = self._captions.egress
        text = Text(str(egress.total), style="dim" if not egress.total.requests else "cyan")
        return text.append(f"  {egress.usage_text}" if egress.usage_text else "", style="dim")

    def _keys(self, columns: int) -> list[Row]:
        """Return the keys that fit in a row, or a remark, or what is asked with all its keys."""
        if not self._has_keys:
            return self._wrapped([Text()], columns)
        if self._browsing.note:
            return self._wrapped([Text(self._browsing.note, style="cyan", no_wrap=True)], columns)
        text, asks = Text(), self._browsing.ending
        for key, label in help_keys(self._browsing, self._captions):
            entry = Text.assemble((key, "bold"), f" {label}  ")
            if text.cell_len + entry.cell_len - 2 <= columns or asks:
                text.append_text(entry)
        question = [Text(strings.ENDING, style="bold yellow")] if asks else []
        return self._wrapped([*question, text], columns)

    def _aside(self, columns: int, rows: int) -> list[Row]:
        """Return a page of what is not needed at a glance."""
        drawn = self._wrapped(self._aside_rows(), columns)
        size = max(rows - 1, 1)
        pages = max(-(-len(drawn) // size), 1)
        page = self._browsing.page % pages
        foot = Text(strings.PAGE.format(number=page + 1, count=pages), style="dim")
        return [*fit(drawn[page * size : (page + 1) * size], size), *self._wrapped([foot], columns)[:1]]

    def _aside_rows(self) -> list[Text]:
        match self._browsing.aside:
            case "sent":
                return sent_rows(self._captions)
            case "latency":
                return latency_rows(self._captions)
        keys = help_keys(self._browsing, self._captions, everything=True)
        return [*map(Text, self._caption_page), *status_rows(self._captions, keys)]

    def _wrapped(self, content: Sequence[RenderableType], columns: int) -> list[Row]:
        return wrapped(self._console, content, columns)


def _began(line: Line) -> int:
    return line.start_ns
