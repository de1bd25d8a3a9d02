from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.text import Text

from session.view.layout import shares
from session.view.live_region import LiveRegion, rewraps, rows_of


def console(width: int, height: int) -> Console:
    return Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)


def written(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    text = on.file.getvalue()
    on.file.seek(0)
    on.file.truncate()
    return text


def test_the_region_is_drawn_over_itself() -> None:
    on = console(40, 10)
    region = LiveRegion(on, rewraps=True)
    region.draw(Text("one\ntwo"))
    assert "one\ntwo\n" in written(on)
    region.draw(Text("three"))
    assert written(on).startswith("\x1b[2A\r\x1b[J")


def test_the_region_is_never_taller_than_the_screen() -> None:
    on = console(40, 10)
    LiveRegion(on, rewraps=True).draw(Text("\n".join(f"line {number}" for number in range(50))))
    shown = re.findall(r"line \d+", written(on))
    assert shown == [f"line {number}" for number in range(41, 50)]


@pytest.mark.parametrize(("again", "up"), [(True, 6), (False, 2)])
def test_lines_that_a_narrower_window_wrapped_are_cleared(again: bool, up: int) -> None:
    on = console(80, 24)
    region = LiveRegion(on, rewraps=again)
    region.draw(Text(f"{'a' * 60}\n{'b' * 50}"))
    written(on)
    on.width = 20
    region.clear()
    assert written(on) == f"\x1b[{up}A\r\x1b[J"


def test_printed_lines_stand_above_the_region() -> None:
    on = console(40, 10)
    region = LiveRegion(on, rewraps=True)
    region.draw(Text("moving"))
    written(on)
    region.print(Text("final   "))
    assert written(on) == "\x1b[1A\r\x1b[Jfinal\n"
    region.close()
    assert written(on) == "\x1b[?25h"


def test_rows_are_counted_by_cells() -> None:
    assert rows_of([0, 10, 11, 25], 10) == 1 + 1 + 2 + 3
    assert rows_of([0, 10, 11, 25], None) == 4


@pytest.mark.parametrize(
    ("environment", "again"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(390)"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, True),
    ],
)
def test_terminals_that_do_not_wrap_again_are_known(environment: dict[str, str], again: bool) -> None:
    assert rewraps(environment) is again


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (20, [1, 3, 5, 1]),
        (7, [1, 0, 5, 1]),
        (4, [1, 0, 2, 1]),
        (2, [1, 0, 1, 0]),
        (1, [1, 0, 0, 0]),
    ],
)
def test_least_important_section_is_cut_first(rows: int, expected: list[int]) -> None:
    headline, notes, answer, health = (1, 1, 9), (3, 0, 1), (5, 2, 7), (1, 1, 5)
    assert shares([headline, notes, answer, health], rows) == expected
