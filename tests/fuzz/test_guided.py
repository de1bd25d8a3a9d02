"""Without atheris the user gets the command that installs it."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

from bench.fuzzing.campaign import Plan, breed
from bus.failures import MachineFailure


@pytest.mark.skipif(importlib.util.find_spec("atheris") is not None, reason="atheris is there")
def test_missing_atheris_names_the_extra() -> None:
    with pytest.raises(MachineFailure) as failure:
        breed(Plan(1, ["past"], 1, 1, None))
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert "'cuecard[fuzz]'" in failure.value.fix
    assert any(needed.startswith("atheris") for needed in project["optional-dependencies"]["fuzz"])
