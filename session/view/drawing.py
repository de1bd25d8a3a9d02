"""Captions as rich draws them: what a terminal shows of a session. Pure; prints nothing."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.panel import Panel
from rich.segment import Segment
from rich.text import Text

from bus.messages import Passage, RequestHeld
from overlay.captions import Captions, Line
from overlay.exchange import Exchange
from session.view.printable import printable

_METER_CELLS = 10
_QUIETEST_DBFS = -60.0
_COLOURS = ("cyan", "green", "magenta", "yellow")
_DOTS = {"starting": "yellow", "ready": "green", "fallen": "red", "given up": "red"}
_WIDEST = 100
_PASSAGE_CHARACTERS = 240


class Tail:
    """The last lines of something, for where there is no room for all of it.

    Args:
        whole: What is drawn.
        lines: How many of its last lines are shown.
    """

    def __init__(self, whole: RenderableType, lines: int) -> None:
        self._whole = whole
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the lines (rich's protocol)."""
        lines = console.render_lines(self._whole, options.update(height=None), pad=False)
        for line in lines[-max(self._lines, 1) :]:
            yield from line
            yield Segment.line()


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
            [(line.utterance, line.text, line.settled_words) for line in captions.growing.values()],
            current and (current.question, current.state, current.answer, current.searched),
            list(captions.problems),
            [(source, self._cells(source), source in captions.speaking) for source in captions.sources],
            [(name, stage.state, stage.restarts) for name, stage in captions.stages.items()],
            (str(captions.egress.left), captions.egress.asked, captions.egress.meter),
            (captions.final_latency_s, captions.answer_mode),
            (captions.practice.heading, captions.practice.state),
        )

    def moving(self, width: int, height: int) -> RenderableType:
        """Return what may still change: words being said, an answer on its way, levels, health."""
        captions = self._captions
        parts: list[RenderableType] = [self.said(line) for line in captions.growing.values()]
        current = captions.current
        if current and self._is_open(current):
            parts.append(self.exchange(current, width, tail_lines=max(height // 3, 3)))
        if captions.practice.state:
            parts.append(Text(printable(captions.practice.heading), style="bold"))
            parts.append(Text(captions.practice.state, style="cyan"))
        parts += [Text(f"! {printable(problem)}", style="red") for problem in captions.problems]
        return Tail(Group(*parts, self._meters(), self._health()), height - 1)

    def unfinished(self, width: int) -> list[RenderableType]:
        """Return what the session's end cut short, to be kept in the scrollback."""
        cut: list[RenderableType] = [self.said(line) for line in self._captions.growing.values()]
        current = self._captions.current
        if current and self._is_open(current):
            cut.append(self.exchange(current, width))
        return cut

    def said(self, line: Line) -> Text:
        """Return a line of speech: who, and the words; those that may still change are dim."""
        settled, unsettled = (printable(part) for part in line.parts())
        text = Text(f"{line.source:>5}  ", style=f"bold {self._colour(line.source)}")
        text.append(settled, style="not bold default")
        if unsettled:
            text.append(f"{' ' if settled else ''}{unsettled}", style="not bold dim default")
        return text

    def exchange(self, exchange: Exchange, width: int, *, tail_lines: int | None = None) -> RenderableType:
        """Return a question with its notes and its answer.

        Args:
            exchange: The question.
            width: Columns of the terminal.
            tail_lines: Show only so many of the answer's last lines, while it grows.
        """
        parts: list[RenderableType] = []
        if exchange.prepared is not None:
            parts.append(Text(f"your own answer · {_name(exchange.prepared.file)}", style="dim"))
            parts.append(Text(printable(exchange.prepared.text)))
        parts += [Text(_passage(passage), style="dim") for passage in exchange.passages]
        if exchange.held is not None:
            parts.append(self._held(exchange.held))
        if exchange.answer:
            answer = Markdown(printable(exchange.answer), hyperlinks=False)
            parts.append(Tail(answer, tail_lines) if tail_lines else answer)
        elif exchange.state == "waiting" and self._captions.answer_mode != "off":
            parts.append(Text("…", style="dim"))
        return Panel(
            Group(*parts),
            title=Text(printable(exchange.text), style="bold"),
            title_align="left",
            subtitle=Text(self._remark(exchange), style="dim"),
            subtitle_align="left",
            width=min(_WIDEST, width),
        )

    def _is_open(self, exchange: Exchange) -> bool:
        return exchange.state in ("waiting", "held", "streaming")

    def _held(self, held: RequestHeld) -> Text:
        keys = "y: send it, n: do not" if self._has_keys else "`cuecard ledger` asks you about it"
        return Text(
            printable(f"{held.body_bytes:,} bytes for {held.host} wait for you ({keys}):\n{held.body}"),
            style="yellow",
        )

    def _remark(self, exchange: Exchange) -> str:
        unanswered = exchange.state == "waiting" and self._captions.answer_mode == "off"
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
            text.append(f"{len(stages) - len(worth_a_word)} processes well  ", style="dim")
        egress = self._captions.egress
        text.append(str(egress.left), style="cyan" if egress.left.requests else "green")
        text.append("".join(f"  {part}" for part in (egress.asked, egress.meter) if part), style="dim")
        if self._has_keys and self._captions.answer_mode != "off":
            practice = self._captions.practice
            key = practice.press.lower() if practice.heading else "answer what was just said"
            text.append(f"  space: {key}", style="dim")
        return text

    def _cells(self, source: str) -> int:
        level_dbfs = self._captions.levels_dbfs.get(source, _QUIETEST_DBFS)
        return round(_METER_CELLS * min(max(1 - level_dbfs / _QUIETEST_DBFS, 0.0), 1.0))

    def _colour(self, source: str) -> str:
        known = self._captions.sources
        return _COLOURS[known.index(source) % len(_COLOURS)] if source in known else "white"


def _passage(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    cut = words if len(words) <= _PASSAGE_CHARACTERS else f"{words[:_PASSAGE_CHARACTERS]}…"
    return printable(f"{_name(passage.file)} · {passage.heading}\n{cut}")


def _name(file: str) -> str:
    return file.rpartition("/")[2]
