"""Command line of the bench: missing requirements are reported before anything is played."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.__main__ import app
from bus.failures import InputFailure, MachineFailure


def test_missing_packages_are_named_with_the_fix_command(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def without_plotly(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "plotly" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without_plotly)
    failure = CliRunner().invoke(app, ["live"]).exception
    assert isinstance(failure, MachineFailure)
    assert "plotly" in failure.problem
    assert failure.fix == "pip install 'cuecard[bench]'"


def test_a_report_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    failure = CliRunner().invoke(app, ["live", "--report", str(tmp_path / "nowhere" / "page.html")]).exception
    assert isinstance(failure, InputFailure)
