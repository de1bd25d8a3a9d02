"""Modules that call themselves pure import no clock, file system, socket or thread."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bus", "capture", "vad", "stt", "llm", "overlay", "session", "bench")
IMPURE = {"asyncio", "multiprocessing", "os", "socket", "subprocess", "threading", "time"}


def is_pure(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return "Pure" in text and bool(re.search(r"\bPure\b", ast.get_docstring(ast.parse(text)) or ""))


PURE = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if is_pure(path)]


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_pure_module_imports_nothing_impure(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported & IMPURE == set()


def test_pure_modules_are_found() -> None:
    assert len(PURE) > 40
