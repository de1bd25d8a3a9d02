from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.segment import Segment

from session.view.terminal.rows import Row
from session.view.terminal.screen import Screen
from session.view.terminal.zones import divide
from tests.support.view_process import Emulator


def rows_of(*texts: str) -> list[Row]:
    return [[Segment(text)] for text in texts]


class Drawn:
    """A screen that is drawn in a terminal emulator."""

    def __init__(self) -> None:
        self.console = Console(file=io.StringIO(), force_terminal=True, color_system=None)
        self.screen, self.emulator = Screen(self.console), Emulator(20, 3)

    def draw(self, *texts: str, size: tuple[int, int] = (20, 3)) -> str:
        assert isinstance(self.console.file, io.StringIO)
        self.screen.draw(rows_of(*texts), size)
        written = self.console.file.getvalue()
        self.console.file.seek(0)
        self.console.file.truncate()
        self.emulator.feed(written)
        return written


def test_only_changed_rows_are_written() -> None:
    drawn = Drawn()
    drawn.draw("one", "two", "three")
    written = drawn.draw("one", "2", "three")
    assert drawn.emulator.rows == ["one", "2", "three"]
    assert "one" not in written
    assert drawn.draw("one", "2", "three") == ""


def test_another_size_is_drawn_from_scratch() -> None:
    drawn = Drawn()
    drawn.draw("a long first row", "two", "three")
    drawn.emulator.resize(10, 4)
    drawn.draw("a", "b", "c", "d", size=(10, 4))
    assert drawn.emulator.rows == ["a", "b", "c", "d"]


def test_a_row_that_the_terminal_measures_wider_damages_no_other() -> None:
    drawn = Drawn()
    drawn.screen.enter()
    drawn.draw("x" * 25, "two", "three")
    assert drawn.emulator.rows[1:] == ["two", "three"]


def test_the_last_character_of_a_full_row_is_not_cleared() -> None:
    written = Drawn().draw("x" * 20, "two", "three")
    assert "\x1b[2K" + "x" * 20 + "\x1b[2;1H" in written
    assert "two\x1b[K" in written


def test_copied_text_is_sent_to_the_clipboard() -> None:
    drawn = Drawn()
    drawn.screen.copy("hé")
    assert drawn.draw("a", "b", "c").startswith("\x1b]52;c;aMOp\x07")


@pytest.mark.parametrize("question", [0, 1, 5])
@pytest.mark.parametrize("needs", [0, 4])
def test_zones_fill_the_screen_exactly_and_keep_the_question(question: int, needs: int) -> None:
    for rows in range(3, 80):
        zones = divide(rows, question=question, passages=needs, problems=needs)
        heights = [getattr(zones, name) for name in zones.__dataclass_fields__]
        assert min(heights) >= 0
        assert sum(heights) == rows
        if question and rows > 3:
            assert min(zones.question, zones.answer) >= 1
