"""Folders that are hidden from a system, which tries to read them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Row, Span
from livebench.data.stream import lay_out
from livebench.playing.hiding import can_hide, hideable
from livebench.playing.player import Program, play
from livebench.systems.system import System
from livebench.trials import Comparison, run_one, trials

pytestmark = pytest.mark.skipif(not can_hide(), reason="bubblewrap is not installed, or not allowed")

CHEAT = """
import json, os, subprocess, sys
from pathlib import Path
def say(**line): print(json.dumps(line), flush=True)
say(type="ready")
sys.stdin.buffer.read()
folder, parent = Path(sys.argv[-1]), os.getppid()
subprocess.run(["umount", folder], stderr=subprocess.DEVNULL)
found = []
for way in (folder, Path(f"/proc/{parent}/root{folder}"), Path(f"/proc/1/root{folder}")):
    try:
        found += [file.read_text() for file in way.iterdir()]
    except OSError:
        pass
say(type="final", text=f"found: {found}")
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a secret."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "rows.jsonl").write_text("secret")
    return folder


def _said(hidden: list[Path], data: Path, tmp_path: Path) -> str:
    pcm = tmp_path / "stream.pcm"
    pcm.write_bytes(bytes(3200))
    program = Program(title="Cheat", command=[sys.executable, "-c", CHEAT, str(data)], hidden=hidden)
    output = play(program, pcm)
    assert output.ended
    return output.lines[-1].event.text


def test_a_system_cannot_read_hidden_folders(data: Path, tmp_path: Path) -> None:
    assert _said([data], data, tmp_path) == "found: []"
    assert "secret" in _said([], data, tmp_path), "the same program reads what is not hidden"


def test_the_memory_of_the_sandbox_does_not_count(data: Path, tmp_path: Path) -> None:
    pcm = tmp_path / "stream.pcm"
    pcm.write_bytes(bytes(3200))
    program = 'import sys; print(\'{"type": "ready"}\', flush=True); sys.stdin.buffer.read()'
    most_mb = [
        max(sample.rss_mb for sample in play(each, pcm).usage)
        for hidden in ([], [data])
        for each in [Program(title="Quiet", command=[sys.executable, "-c", program], hidden=hidden)]
    ]
    assert most_mb[1] == pytest.approx(most_mb[0], abs=1.0)


def test_what_a_system_needs_is_not_hidden(data: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(data)
    assert hideable([tmp_path / "link", tmp_path / "absent"], [tmp_path / "model"]) == [data]
    assert hideable([tmp_path], [data / "rows.jsonl"]) == []
    (data / "python").symlink_to(sys.executable)
    assert hideable([data], [data / "python"]) == [], "the interpreter of an environment"


def test_a_run_file_says_whether_the_data_was_hidden(data: Path, tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "stream").mkdir()
    pcm = tmp_path / "stream" / "stream.pcm"
    pcm.write_bytes(bytes(32000))
    row = Row(id="1", language="en", audio="", silence_spans=[Span(0.5, 0.5)], text="Yes.")
    stream, _ = lay_out([row], lambda _: np.full(SAMPLE_RATE // 2, 0.25, np.float32), 1)
    (tmp_path / "cheat.py").write_text(CHEAT)
    system = System(
        "cheat", "Cheat", "", "", (str(data),), command=(sys.executable, str(tmp_path / "cheat.py"))
    )
    for weights, is_hidden in ((tmp_path / "weights", True), (data, False)):
        comparison = Comparison([system], tmp_path, weights, tmp_path / "results", data=data)
        run = run_one(comparison, trials(comparison)[0], stream, pcm)
        assert run.conditions.data_hidden is is_hidden
        assert ("secret" in run.observed.lines[-1].event.text) is not is_hidden
