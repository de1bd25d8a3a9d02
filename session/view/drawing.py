"""Captions as rich draws them: what a terminal shows of a session. Pure; prints nothing."""

from __future__ import annotations

from markdown_it import MarkdownIt
from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from bus.counted import counted
from bus.messages import Passage, RequestHeld
from overlay.state.captions import Captions, Line
from overlay.state.exchange import Exchange
from session.view.layout import Fitted, Section
from session.view.printable import printable

_METER_CELLS = 10
_QUIETEST_DBFS = -60.0
_COLOURS = ("cyan", "green", "magenta", "yellow")
_DOTS = {"starting": "yellow", "ready": "green", "fallen": "red", "given up": "red"}
_INDENT = 2
_PASSAGE_CHARACTERS = 240


class LiteralMarkdown(Markdown):
    """Markdown in which HTML, as in `vector<int>`, and link definitions are text like any other.

    Args:
        text: The Markdown.
    """

    def __init__(self, text: str) -> None:
        super().__init__("", hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
        self.markup = text
        self.parsed = parser.disable("reference").parse(text)


class Drawing:
    """Draws a `Captions`.

    Args:
        captions: What is drawn; it goes on changing.
        has_keys: Whether a key press would be heard.
    """

    def __init__(self, captions: Captions, *, has_keys: bool) -> None:
        self._captions = captions
        self._has_keys = has_keys

    def fingerprint(self) -> object:
        """Return something that is equal exactly when `moving` would look the same."""
        captions = self._captions
        current = captions.current
        return (
            [(line.utterance, line.text, line.stable_words) for line in captions.partials.values()],
            current and (current.question, current.state, current.answer, current.searched),
            list(captions.problems),
            [(source, self._cells(source), source in captions.speaking) for source in captions.sources],
            [(name, stage.state, stage.restarts) for name, stage in captions.stages.items()],
            (str(captions.egress.left), captions.egress.asked, captions.egress.meter),
            (captions.final_latency_s, captions.answer_mode),
            (captions.practice.heading, captions.practice.state),
        )

    def moving(self, height: int) -> RenderableType:
        """Return what may still change, in less than `height` rows: words being said, an answer, health."""
        captions = self._captions
        sections = [Section(self.said(line), worth=3) for line in captions.partials.values()]
        current = captions.current
        if current and self._is_open(current):
            sections += self._sections(current)
        if captions.practice.state:
            sections.append(Section(Text(printable(captions.practice.heading), style="bold"), worth=6))
            sections.append(Section(Text(captions.practice.state, style="cyan"), worth=5))
        sections += [
            Section(Text(f"! {printable(problem)}", style="red"), worth=2, keeps_end=False)
            for problem in captions.problems
        ]
        sections.append(Section(self._meters(), worth=4, least=2, keeps_end=False))
        sections.append(Section(self._health(), worth=5, least=3, keeps_end=False))
        return Fitted(sections, height - 1)

    def unfinished(self) -> list[RenderableType]:
        """Return what the session's end cut short, to be kept in the scrollback."""
        cut: list[RenderableType] = [self.said(line) for line in self._captions.partials.values()]
        current = self._captions.current
        if current and self._is_open(current):
            cut.append(self.exchange(current))
        return cut

    def said(self, line: Line) -> Text:
        """Return a line of speech: who, and the words; those that may still change are dim."""
        settled, unsettled = (printable(part) for part in line.parts())
        text = Text(f"{line.source:>5}  ", style=f"bold {self._colour(line.source)}")
        text.append(settled, style="not bold default")
        if unsettled:
            text.append(f"{' ' if settled else ''}{unsettled}", style="not bold dim default")
        return text

    def exchange(self, exchange: Exchange) -> RenderableType:
        """Return a question, its notes and its answer; a narrower window would break borders."""
        return Group(*(section.content for section in self._sections(exchange)))

    def _sections(self, exchange: Exchange) -> list[Section]:
        """Return the parts of a question; where there is no room the headline stays."""
        sections = [
            Section(Text(f"? {printable(exchange.text)}", style="bold"), worth=9, least=3, keeps_end=False)
        ]
        if exchange.prepared is not None:
            name = Text(f"your own answer · {_name(exchange.prepared.file)}", style="dim")
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
        keys = "y: send it, n: do not" if self._has_keys else "`cuecard ledger` asks you about it"
        return Text(
            printable(f"{held.body_bytes:,} bytes for {held.host} wait for you ({keys}):\n{held.body}"),
            style="yellow",
        )

    def _remark(self, exchange: Exchange) -> str:
        off = exchange.state == "waiting" and self._captions.answer_mode == "off"
        unanswered = off or (exchange.state == "stopped" and not exchange.remark)
        state = "from your notes" if unanswered else exchange.remark or exchange.state
        if exchange.general and exchange.answer:
            state = f"general knowledge, nothing in your notes fits; {state}"
        if exchange.first_token_s is None:
            return printable(state)
        return f"{printable(state)}, first word after {exchange.first_token_s:.2f} s"

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
            text.append(f"last words after {latency:.2f} s", style="dim")
        return text

    def _health(self) -> Text:
        text = Text()
        stages = self._captions.stages
        worth_a_word = {
            name: stage for name, stage in stages.items() if stage.state != "ready" or stage.restarts
        }
        for name, stage in worth_a_word.items():
            text.append("● ", style=_DOTS[stage.state])
            restarts = f" (restarted {stage.restarts}×)" if stage.restarts else f" ({stage.state})"
            text.append(f"{name}{restarts}  ", style="dim")
        if len(stages) > len(worth_a_word):
            text.append("● ", style="green")
            text.append(
                f"{counted(len(stages) - len(worth_a_word), 'process', 'processes')} well  ", style="dim"
            )
        egress = self._captions.egress
        text.append(str(egress.left), style="cyan" if egress.left.requests else "green")
        text.append("".join(f"  {part}" for part in (egress.asked, egress.meter) if part), style="dim")
        if self._has_keys and self._captions.answer_mode != "off":
            practice = self._captions.practice
            key = practice.action_label.lower() if practice.heading else "answer what was just said"
            text.append(f"  space: {key}", style="dim")
        return text

    def _cells(self, source: str) -> int:
        level_dbfs = self._captions.levels_dbfs.get(source, _QUIETEST_DBFS)
        return round(_METER_CELLS * min(max(1 - level_dbfs / _QUIETEST_DBFS, 0.0), 1.0))

    def _colour(self, source: str) -> str:
        known = self._captions.sources
        return _COLOURS[known.index(source) % len(_COLOURS)] if source in known else "white"


def _indented(what: RenderableType) -> RenderableType:
    return Padding(what, (0, 0, 0, _INDENT), expand=False)


def _passage(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    cut = words if len(words) <= _PASSAGE_CHARACTERS else f"{words[:_PASSAGE_CHARACTERS]}…"
    return printable(f"{_name(passage.file)} · {passage.heading}\n{cut}")


def _name(file: str) -> str:
    return file.rpartition("/")[2]
