"""The session live in a terminal: the same captions as the window, drawn with rich."""

from __future__ import annotations

import math
import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from bus import messages as m
from overlay.captions import Captions, Exchange, Line
from session.view.keys import Keys

_DRAW_EVERY_S = 0.125
_METER_CELLS = 10
_QUIETEST_DBFS = -60.0
_COLOURS = ("cyan", "green", "magenta", "yellow")
_DOTS = {"starting": "yellow", "ready": "green", "fallen": "red", "given up": "red"}
_ANSWER_LINES = 14


class LiveTerminal:
    """Draws on standard output; final lines scroll away above what is still moving."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._captions = Captions()
        self._live = Live(console=self._console, auto_refresh=False, transient=True, vertical_overflow="crop")
        self._keys = Keys()
        self._shown: set[tuple[str, int]] = set()
        self._changed = True
        self._drawn_s = 0.0

    def hear(self, logged: m.Logged) -> None:
        """Take in one event."""
        self._captions.hear(logged)
        self._changed = True

    def refresh(self) -> None:
        """Draw what has changed, a few times a second at most."""
        now_s = time.monotonic()
        if not self._changed or now_s - self._drawn_s < _DRAW_EVERY_S:
            return
        self._changed, self._drawn_s = False, now_s
        self._print_finals()
        self._live.update(self._moving(), refresh=True)

    def requests(self) -> list[m.AnswerRequested]:
        """Return an answer's request for each time the user pressed space or a."""
        return [m.AnswerRequested(by="view") for key in self._keys.pressed() if key in " a"]

    def __enter__(self) -> Self:
        self._keys.__enter__()
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._print_finals()
            self._live.update(Text(""))
        finally:
            self._live.stop()
            self._keys.__exit__(kind, error, trace)

    def _print_finals(self) -> None:
        """Print what will not change any more, once, into the scrollback."""
        for line in self._captions.lines:
            if (line.source, line.utterance) not in self._shown:
                self._shown.add((line.source, line.utterance))
                self._live.console.print(self._said(line))
        for exchange in self._captions.exchanges:
            done = exchange.state in ("finished", "stopped")
            if done and ("?", exchange.question) not in self._shown:
                self._shown.add(("?", exchange.question))
                self._live.console.print(_exchange(exchange))

    def _moving(self) -> RenderableType:
        captions = self._captions
        parts: list[RenderableType] = [self._said(line) for line in captions.growing.values()]
        current = captions.current
        if current and current.state in ("waiting", "streaming"):
            parts.append(_exchange(current))
        parts += [Text(f"! {problem}", style="red") for problem in captions.problems]
        parts.append(self._meters())
        parts.append(self._health())
        return Group(*parts)

    def _said(self, line: Line) -> Text:
        settled, unsettled = line.parts()
        text = Text(f"{line.source:>5}  ", style=f"bold {self._colour(line.source)}")
        text.append(settled, style="not bold default")
        if unsettled:
            text.append(f"{' ' if settled else ''}{unsettled}", style="not bold dim")
        return text

    def _meters(self) -> Text:
        text = Text()
        for source in self._captions.sources:
            level = self._captions.levels_dbfs.get(source, -math.inf)
            cells = round(_METER_CELLS * max(0.0, 1 - level / _QUIETEST_DBFS)) if level > -math.inf else 0
            speaks = " speaks" if source in self._captions.speaking else ""
            text.append(f"{source} ", style=self._colour(source))
            text.append("█" * cells, style=self._colour(source))
            text.append("·" * (_METER_CELLS - cells), style="dim")
            text.append(f"{speaks:<8}")
        latency = self._captions.final_latency_s
        if latency is not None:
            text.append(f" final after {latency:.2f} s", style="dim")
        return text

    def _health(self) -> Text:
        text = Text()
        for name, stage in self._captions.stages.items():
            text.append("● ", style=_DOTS[stage.state])
            text.append(f"{name}{f' ({stage.restarts} restarts)' if stage.restarts else ''}  ", style="dim")
        text.append(str(self._captions.left), style="green dim")
        if self._keys.listening:
            text.append("  space: answer what was just said", style="dim")
        return text

    def _colour(self, source: str) -> str:
        known = self._captions.sources
        return _COLOURS[known.index(source) % len(_COLOURS)] if source in known else "white"


def _exchange(exchange: Exchange) -> RenderableType:
    parts: list[RenderableType] = [
        Text(f"{passage.file}, {passage.heading}: {' '.join(passage.text.split())}", style="dim italic")
        for passage in exchange.passages
    ]
    if exchange.answer:
        parts.append(Markdown("\n".join(exchange.answer.splitlines()[-_ANSWER_LINES:])))
    elif exchange.state == "waiting":
        parts.append(Text("…", style="dim"))
    first = (
        f", first token after {exchange.first_token_s:.2f} s" if exchange.first_token_s is not None else ""
    )
    return Panel(
        Group(*parts),
        title=Text(exchange.text, style="bold"),
        title_align="left",
        subtitle=Text(f"{exchange.remark or exchange.state}{first}", style="dim"),
        subtitle_align="left",
        width=min(100, Console().width) if sys.stdout.isatty() else None,
    )
