"""Runs the cells of a Jupyter notebook in one namespace; they may use `await`."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
from pathlib import Path
from typing import Any


def cells_of(file: Path) -> list[dict[str, Any]]:
    """Return the code cells."""
    cells: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def run_cells(file: Path) -> list[Any]:
    """Run every cell and return the value of its last expression, None if it ends with no expression."""
    return asyncio.run(_run([("".join(cell["source"]), cell["id"]) for cell in cells_of(file)]))


async def _run(sources: list[tuple[str, str]]) -> list[Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    return [await _run_cell(source, name, namespace) for source, name in sources]


async def _run_cell(source: str, name: str, namespace: dict[str, Any]) -> Any:
    tree = ast.parse(source, name)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    for part in (tree, ast.Expression(last.value) if last else None):
        if part is None:
            return None
        mode = "exec" if isinstance(part, ast.Module) else "eval"
        value = eval(compile(part, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
        value = await value if inspect.isawaitable(value) else value
    return value
