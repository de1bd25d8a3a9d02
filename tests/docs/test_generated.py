"""The generated documents are current."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["events"])
def test_document_is_current(name: str) -> None:
    generator = runpy.run_path(str(ROOT / "docs" / f"generate_{name}.py"))
    committed = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert generator["document"]() == committed, "run `make docs`"


def test_models_has_the_cards_of_all_models() -> None:
    generator = runpy.run_path(str(ROOT / "docs" / "generate_cards.py"))
    assert generator["models"]() == (ROOT / "docs" / "models.md").read_text(encoding="utf-8"), (
        "run `make docs`"
    )


def test_privacy_has_the_cards_of_all_providers() -> None:
    generator = runpy.run_path(str(ROOT / "docs" / "generate_cards.py"))
    assert generator["privacy"]() == (ROOT / "PRIVACY.md").read_text(encoding="utf-8"), "run `make docs`"
