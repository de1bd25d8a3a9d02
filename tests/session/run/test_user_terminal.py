from __future__ import annotations

import io
import os
import pty
import termios
import tty

from session.run.user_terminal import restored


def test_a_terminal_that_a_killed_view_left_is_given_back_as_it_was() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r", closefd=True) as keyboard, os.fdopen(os.dup(theirs), "w") as screen:
        before = termios.tcgetattr(keyboard)
        with restored(keyboard, screen):
            tty.setcbreak(keyboard)
            screen.write("\x1b[?1049h\x1b[?25l\x1b[?7l")
        assert termios.tcgetattr(keyboard) == before
        assert os.read(ours, 100).decode().endswith("\x1b[?1047l\x1b[?7h\x1b[?25h")
    os.close(ours)


def test_pipes_are_left_alone() -> None:
    screen = io.StringIO()
    with restored(None, screen):
        screen.write("words")
    assert screen.getvalue() == "words"
