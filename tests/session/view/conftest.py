"""Fixtures: a view process with output in a file, and one in a pseudo-terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.run import Run
from tests.support.view_process import Terminal, View


@pytest.fixture
def show(hub_run: Run, tmp_path: Path) -> Iterator[Callable[[str], View]]:
    views: list[View] = []

    def start(kind: str) -> View:
        views.append(View(hub_run, kind, tmp_path / "output"))
        return views[-1]

    yield start
    for view in views:
        view.child.kill()
        view.child.wait()


@pytest.fixture
def terminal(hub_run: Run) -> Iterator[Terminal]:
    shown = Terminal(hub_run)
    yield shown
    shown.close()
