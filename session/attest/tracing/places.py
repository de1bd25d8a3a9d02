"""Lists the files and folders that each kind of stage may read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from bus.stages.table import STAGES
from session.attest.tracing.recording import SOURCES
from session.models import store


class Places(msgspec.Struct, frozen=True):
    """Files and folders, as absolute paths."""

    reads: list[str]
    """It may read them and everything in them."""
    devices: list[str]


def places(folder: Path) -> dict[str, Places]:
    """Return the places of each kind of stage, in the environment of the session in `folder`."""
    models = str(store.models_directory())
    tables: dict[str, dict[str, Any]] = {
        "capture": {"sources": {name: f"file:{folder}/heard/{name}.wav" for name in SOURCES}},
        "stt": {"model_path": models, "turn_end_path": models},
        "llm": {"meaning_model_path": models},
    }
    found = {}
    for plan in STAGES:
        rules = plan.rights.rules(folder / "trace", folder / "trace" / "socket", tables)
        reads = {*rules.reads, *rules.lists, *rules.writable_folders, Path(sys.executable)}
        found[plan.name] = Places(
            sorted({str(each) for path in reads for each in (path, path.resolve())}),
            sorted(map(str, rules.devices)),
        )
    return found
