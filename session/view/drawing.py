"""Draws captions with rich, for the terminal view."""

from __future__ import annotations

import time
from dataclasses import dataclass

from markdown_it import MarkdownIt
from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from bus.counted import counted
from bus.messages import Passage, RequestHeld
from overlay import strings
from overlay.state.captions import Captions
from overlay.state.exchange import Exchange
from overlay.state.paragraphs import Line
from session.view.layout import Fitted, Section
from session.view.printable import printable

_METER_CELLS = 10
_QUIETEST_DBFS = -60.0
_COLOURS = ("cyan", "green", "magenta", "yellow")
_DOTS = {"starting": "yellow", "ready": "green", "died": "red", "given up": "red"}
_INDENT = 2
_PASSAGE_CHARACTERS = 240


class LiteralMarkdown(Markdown):
    """Markdown in which HTML, as in `vector<int>`, and link definitions are plain text.

    Args:
        text: The Markdown.
    """

    def __init__(self, text: str) -> None:
        super().__init__("", hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
        self.markup = text
        self.parsed = parser.disable("reference").parse(text)


@dataclass(frozen=True)
class Held:
    """What is final and not printed yet, because the turn may be continued."""

    lines: tuple[Line, ...] = ()
    exchange: bool = False
    """Whether the newest exchange is held as well."""


class Drawing:
    """Draws a `Captions`.

    Args:
        captions: The state to draw; it changes between calls.
        has_keys: Whether key presses are read.
    """

    def __init__(self, captions: Captions, *, has_keys: bool) -> None:
        self._captions = captions
        self._has_keys = has_keys

    def fingerprint(self, held: Held = Held()) -> object:
        """Return a value that is equal exactly when `moving` would look the same."""
        captions = self._captions
        current = captions.current
        return (
            held,
            captions.partials,
            current and (current.question, current.state, current.answer, current.searched),
            captions.problems.current(0),
            [(source, self._cells(source), source in captions.speaking) for source in captions.sources],
            [(name, stage.state, stage.restarts) for name, stage in captions.stages.items()],
            (str(captions.egress.total), captions.egress.provider_text, captions.egress.usage_text),
            (captions.final_latency_s, captions.answer_mode),
            (captions.practice.heading, captions.practice.state),
        )

    def moving(self, height: int, held: Held = Held()) -> RenderableType:
        """Return what may still change, in less than `height` rows: words, the answer, status."""
        captions = self._captions
        sections = [Section(self.line(line), worth=3) for line in (*held.lines, *captions.partials)]
        current = captions.current
        if current and (held.exchange or self._is_open(current)):
            sections += self._sections(current)
        if captions.practice.state:
            sections.append(Section(Text(printable(captions.practice.heading), style="bold"), worth=6))
            sections.append(Section(Text(captions.practice.state, style="cyan"), worth=5))
        sections += [
            Section(Text(f"! {printable(problem.text)}", style="red"), worth=2, keeps_end=False)
            for problem in captions.problems.current(time.monotonic_ns(), captions.names)
        ]
        sections.append(Section(self._meters(), worth=4, least=2, keeps_end=False))
        sections.append(Section(self._health(), worth=5, least=3, keeps_end=False))
        return Fitted(sections, height - 1)

    def unfinished(self) -> list[RenderableType]:
        """Return what the session's end cut short, for the scrollback."""
        cut: list[RenderableType] = [self.line(line) for line in self._captions.partials]
        current = self._captions.current
        if current and self._is_open(current):
            cut.append(self.exchange(current))
        return cut

    def line(self, line: Line) -> Text:
        """Return a line of the transcript with its speaker, unstable words dim."""
        stable, unstable = (printable(part) for part in line.parts())
        text = Text(f"{line.source:>5}  ", style=f"bold {self._colour(line.source)}")
        text.append(stable, style="not bold default")
        if unstable:
            text.append(f"{' ' if stable else ''}{unstable}", style="not bold dim default")
        return text

    def exchange(self, exchange: Exchange) -> RenderableType:
        """Return a question, its notes and its answer, without borders, which rewrapping would break."""
        return Group(*(section.content for section in self._sections(exchange)))

    def _sections(self, exchange: Exchange) -> list[Section]:
        """Return the parts of an exchange; the question is cut last."""
        sections = [
            Section(Text(f"? {printable(exchange.text)}", style="bold"), worth=9, least=3, keeps_end=False)
        ]
        if exchange.prepared is not None:
            name = Text(f"{strings.OWN_ANSWER} · {_name(exchange.prepared.file)}", style="dim")
            sections.append(Section(_indented(name), worth=2))
            sections.append(Section(_indented(Text(printable(exchange.prepared.text))), 7, keeps_end=False))
        sections += [
            Section(_indented(Text(_passage(passage), style="dim")), worth=1, least=0, keeps_end=False)
            for passage in exchange.passages
        ]
        if exchange.held is not None:
            sections.append(Section(_indented(self._held(exchange.held)), worth=8, keeps_end=False))
        if exchange.answer:
            answer = LiteralMarkdown(printable(exchange.answer))
            sections.append(Section(_indented(answer), worth=7, least=4))
        elif exchange.state == "waiting" and self._captions.answer_mode != "off":
            sections.append(Section(_indented(Text("…", style="dim")), worth=3))
        remark = _indented(Text(self._remark(exchange), style="dim italic"))
        return [*sections, Section(remark, worth=4, least=2, keeps_end=False)]

    def _is_open(self, exchange: Exchange) -> bool:
        return exchange.state in ("waiting", "held", "streaming")

    def _held(self, held: RequestHeld) -> Text:
        keys = "y: send it, n: do not" if self._has_keys else "approve with `cuecard ledger`"
        return Text(printable(f"{strings.held_request(held)}; {keys}:\n{held.body}"), style="yellow")

    def _remark(self, exchange: Exchange) -> str:
        off = exchange.state == "waiting" and self._captions.answer_mode == "off"
        unanswered = off or (exchange.state == "stopped" and not exchange.remark)
        said = (
            strings.sentences(exchange.remark, exchange.fix)
            if exchange.state == "stopped"
            else exchange.remark
        )
        state = strings.ONLY_NOTES if unanswered else said or exchange.state
        if exchange.general and exchange.answer:
            state = f"{strings.GENERAL_KNOWLEDGE}; {state}"
        if exchange.first_token_s is None:
            return printable(state)
        return f"{printable(state)}, {strings.first_word(exchange.first_token_s)}"

    def _meters(self) -> Text:
        text = Text()
        for source in self._captions.sources:
            cells = self._cells(source)
            speaks = " speaks" if source in self._captions.speaking else ""
            text.append(f"{source} ", style=self._colour(source))
            text.append("█" * cells, style=self._colour(source))
            text.append("·" * (_METER_CELLS - cells), style="dim")
            text.append(f"{speaks:<8}")
        latency = self._captions.final_latency_s
        if latency is not None:
            text.append(strings.latency(latency), style="dim")
        return text

    def _health(self) -> Text:
        text = Text()
        stages = self._captions.stages
        noteworthy = {
            name: stage for name, stage in stages.items() if stage.state != "ready" or stage.restarts
        }
        for name, stage in noteworthy.items():
            text.append("● ", style=_DOTS[stage.state])
            restarts = f" (restarted {stage.restarts}×)" if stage.restarts else f" ({stage.state})"
            text.append(f"{name}{restarts}  ", style="dim")
        if len(stages) > len(noteworthy):
            text.append("● ", style="green")
            ready = counted(len(stages) - len(noteworthy), "process", "processes")
            text.append(f"{ready} ready  ", style="dim")
        egress = self._captions.egress
        text.append(str(egress.total), style="cyan" if egress.total.requests else "green")
        details = filter(None, (egress.provider_text, egress.usage_text))
        text.append("".join(f"  {part}" for part in details), style="dim")
        if self._has_keys and self._captions.answer_mode != "off":
            practice = self._captions.practice
            label = practice.action_label if practice.heading else strings.ANSWER_NOW
            text.append(f"  space: {label.lower()}", style="dim")
        return text

    def _cells(self, source: str) -> int:
        level_dbfs = self._captions.levels.rms_dbfs(source)
        return round(_METER_CELLS * min(max(1 - level_dbfs / _QUIETEST_DBFS, 0.0), 1.0))

    def _colour(self, source: str) -> str:
        known = self._captions.sources
        return _COLOURS[known.index(source) % len(_COLOURS)] if source in known else "white"


def _indented(content: RenderableType) -> RenderableType:
    return Padding(content, (0, 0, 0, _INDENT), expand=False)


def _passage(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    cut = words if len(words) <= _PASSAGE_CHARACTERS else f"{words[:_PASSAGE_CHARACTERS]}…"
    return printable(f"{_name(passage.file)} · {passage.heading}\n{cut}")


def _name(file: str) -> str:
    return file.rpartition("/")[2]
