"""Documents name only files that exist, and stay within their size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    "README.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    "PRIVACY.md",
    "CONTRIBUTING.md",
    "docs/glossary.md",
]
PACKAGES = ("bus", "capture", "vad", "stt", "llm", "overlay", "session", "bench", "tests", "docs")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_named_files_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w./-]*)`", text) + re.findall(
        r"\]\(([\w./-]+)\)", text
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_faults_name_test_files_that_exist() -> None:
    text = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+/test_\w+\.py)`", text)
    assert len(named) > 40
    assert [path for path in named if not (ROOT / "tests" / path).exists()] == []


def test_readme_and_glossary_stay_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
    terms = re.findall(r"^\| (?!term|---)", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.M)
    assert len(terms) <= 80
