"""The shipped example of an adapter, as its author would run it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import livebench
import session
from livebench.playing.player import Program, play
from session.models import store

EXAMPLE = Path(livebench.__file__).parents[1] / "examples" / "energy_adapter.py"
RECORDING = Path(session.__file__).parent / "demo" / "call.flac"


def test_it_is_short_and_imports_nothing_of_ours() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"numpy", "faster_whisper"}


@pytest.mark.long
def test_it_keeps_the_contract(tmp_path: Path) -> None:
    """The player refuses any line that is not in the contract."""
    samples, _ = soundfile.read(RECORDING, dtype="int16", frames=4 * 16000)
    pcm = tmp_path / "start.pcm"
    pcm.write_bytes(np.asarray(samples).astype("<i2").tobytes())
    command = [sys.executable, str(EXAMPLE), str(store.find("tiny.en"))]
    observed = play(Program(title="Example", command=command), pcm)
    finals = [line.event.text for line in observed.lines if line.event.type == "final"]
    assert finals, "the greeting ends within the recording"
    assert "joining today" in finals[0]
    assert observed.ended
