"""The shipped notebook: stored without outputs, and every cell runs against real sessions."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench.notebook import demo, first_turns
from tests.support.notebook import cells_of, run_cells

NOTEBOOK = Path(__file__).parents[3] / "docs" / "notebook" / "replay.ipynb"


def test_the_first_turns_end_before_the_next_speaker() -> None:
    whole = demo()
    for count in (1, 3, len(whole.turns)):
        first = first_turns(whole, count)
        later = [turn.start_s for turn in whole.turns[count:]]
        assert first.turns[-1].end_s < first.seconds <= min([whole.seconds, *later])


def test_it_is_stored_without_outputs() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells_of(NOTEBOOK))


@pytest.mark.long
def test_every_cell_runs_and_the_words_are_there() -> None:
    turns, latencies, figures, utterances, counts, usage, finals = run_cells(NOTEBOOK)
    assert "joining today" in turns[0][2]
    assert math.isfinite(latencies.to_final_s[0])
    assert figures["wer"] == 0.0
    assert "joining today" in " ".join(utterances.text.dropna())
    assert counts["FinalTranscribed"] >= 1
    assert {"stt", "hub", "capture:call"} <= set(usage)
    assert "joining today" in finals[-1]
