"""The shipped notebook: stored without outputs; a Jupyter kernel runs its cells against real sessions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.notebook import demo, first_turns

ROOT = Path(__file__).parents[3]
NOTEBOOK = ROOT / "docs" / "notebook" / "replay.ipynb"


def test_the_first_turns_end_before_the_next_speaker() -> None:
    whole = demo()
    for count in (1, 3, len(whole.turns)):
        first = first_turns(whole, count)
        later = [turn.start_s for turn in whole.turns[count:]]
        assert first.turns[-1].end_s < first.seconds <= min([whole.seconds, *later])


def test_it_is_stored_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_every_cell_runs_and_the_words_are_there() -> None:
    nbclient = pytest.importorskip("nbclient", reason="only `make test-all` installs a Jupyter kernel")
    notebook = pytest.importorskip("nbformat").read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}}).execute()
    turns, latencies, figures, utterances, counts, usage, finals = [
        "".join(output["data"]["text/plain"] for output in cell.outputs if "data" in output)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    assert "joining today" in turns
    assert "to_final_s" in latencies
    assert "inf" not in latencies
    assert "'wer': 0.0" in figures
    assert "joining today" in utterances
    assert "FinalTranscribed" in counts
    for stage in ("stt", "hub", "capture:call"):
        assert f"'{stage}'" in usage
    assert "joining today" in finals
