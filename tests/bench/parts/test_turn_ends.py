"""Tests of the bench of turn ends, with real weights and the shipped interview."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.latency.timeline import demo_timeline
from bench.latency.turn_rows import write_turn_rows
from bench.parts.turn_ends import measure
from bus.failures import InputFailure


@pytest.mark.long
def test_holds_and_ends_are_judged_by_words_and_voice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_turn_rows(demo_timeline(), tmp_path / "rows")
    measure(tmp_path / "rows", [], turns=4)
    figures = msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])
    assert figures["turns"] == 4
    assert figures["holds"] >= 1
    by_words, by_both = (
        figures["endpointing"][f"patient, {judge}"] for judge in ("words", "words and voice")
    )
    assert by_both["cut"] <= by_words["cut"] == 0.0
    assert by_both["p50_s"] < by_words["p50_s"]  # all four end as a voice that has finished


def test_tags_without_turns_are_an_error(tmp_path: Path) -> None:
    write_turn_rows(demo_timeline(), tmp_path / "rows")
    with pytest.raises(InputFailure, match="no turn with these tags"):
        measure(tmp_path / "rows", ["whispered"], turns=None)
