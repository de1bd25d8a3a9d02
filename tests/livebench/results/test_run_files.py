"""Run files: a toy system is played to, and every figure can be computed again."""

from __future__ import annotations

import json
import math
import shutil
import sys
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from livebench import trials
from livebench.__main__ import app
from livebench.contract import SAMPLE_RATE, Event
from livebench.data.rows import Row, Span, read_audio, read_rows, write_rows
from livebench.data.stream import lay_out
from livebench.failures import InputFailure
from livebench.results.board_page import write_board_page
from livebench.results.check import recomputed
from livebench.results.curve import curves, operating_points
from livebench.results.pooling import pool
from livebench.results.printed import write_printed
from livebench.results.printing import show_all
from livebench.results.run_file import Run, read_runs, write_run
from livebench.results.table import HEAD, rows
from livebench.systems.catalogue import SYSTEMS
from livebench.systems.programs import own_system
from livebench.trials import Comparison, run_all
from livebench.trials import trials as planned

TOY = """
import array, json, sys
words = iter(["Yes I do.", "No."])
def say(**line): print(json.dumps(line), flush=True)
options = dict(each.split("=") for each in sys.argv[2:])
wait = round(float(options["wait_s"]) * 100)
say(type="ready")
speaking = quiet = 0
while block := sys.stdin.buffer.read(320):
    loud = max(map(abs, array.array("h", block))) > 1000
    speaking, quiet = (1, 0) if loud else (speaking, quiet + 1)
    if speaking and quiet == wait:
        say(type="final", text=next(words, "More."))
        speaking = 0
"""
DECLARATION = f"""
name = "toy"
title = "Toy"
command = "{sys.executable} toy.py"
knob = {{ name = "wait_s", values = [0.2, 0.6] }}
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run files of a system with energy endpointing."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "toy.py").write_text(TOY)
    (folder / "toy.toml").write_text(DECLARATION)
    _write_data(folder / "data")
    _play(folder)
    return folder


def _play(folder: Path) -> None:
    data = folder / "data"
    toy = own_system(str(folder / "toy.toml"))
    stream, samples = lay_out(read_rows(data), partial(read_audio, data), 1)
    comparison = Comparison([toy], folder / "homes", data, folder / "results", sweep=True)
    outcomes = [outcome for _, outcome in run_all(comparison, stream, samples[: -4 * SAMPLE_RATE])]
    assert all(isinstance(outcome, Run) for outcome in outcomes), outcomes


def _write_data(folder: Path) -> None:
    """Write two turns of noise, the first with a hold of 0.4 s."""
    folder.mkdir()
    noise = np.random.default_rng(1).standard_normal(SAMPLE_RATE).astype(np.float32) * 0.3
    first = np.concatenate([noise[:8000], np.zeros(6400, np.float32), noise[:8000]])
    soundfile.write(folder / "1.flac", first, SAMPLE_RATE)
    soundfile.write(folder / "2.flac", noise[:8000], SAMPLE_RATE)
    spans = [Span(0.5, 0.9), Span(1.4, 1.4)]
    write_rows(
        folder,
        [
            Row(id="1", language="en", audio="1.flac", silence_spans=spans, text="Yes I do. No."),
            Row(id="2", language="en", audio="2.flac", silence_spans=[Span(0.5, 0.5)], text="More."),
        ],
    )


def _valid(run: Run) -> Run:
    """Return a run that counts, whatever else the machine did meanwhile."""
    return msgspec.structs.replace(run, figures=msgspec.structs.replace(run.figures, void=[]))


@pytest.mark.long
def test_a_sweep_shows_cuts_and_latency_together(played: Path, tmp_path: Path) -> None:
    fast, patient = read_runs([played / "results"])
    assert [run.system.knob for run in (fast, patient)] == ["wait_s=0.2", "wait_s=0.6"]
    cut, whole = fast.figures.scores.turns[0], patient.figures.scores.turns[0]
    assert (cut.held_cut, whole.held_cut) == (1, 0)
    assert cut.turn_end_s is not None
    assert whole.turn_end_s is not None
    assert cut.turn_end_s < whole.turn_end_s
    results = pool(map(_valid, (fast, patient)))
    points = curves(results)["toy"]
    assert [point.cut_rate for point in points] == [0.0, 1.0]
    found = operating_points("toy", "Toy", points, mean=False)
    assert found.latency_at_cut_rate_s[0.05] == points[0].turn_end_p50_s
    assert len(rows(results)[0]) == len(HEAD)
    write_board_page(tmp_path / "board.html", [fast, patient])
    assert "Toy, wait_s=0.6" in (tmp_path / "board.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_figures_can_be_computed_again_and_changed_ones_are_found(played: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    shutil.copytree(played / "results", results)
    checked = CliRunner().invoke(app, ["check", str(results)])
    assert checked.exit_code == 0, checked.output
    assert checked.output.count("equal") == 2
    file = sorted(results.glob("*.json"))[0]
    content = json.loads(file.read_bytes())
    content["figures"]["scores"]["turns"][0]["final_s"] = 0.01
    file.write_text(json.dumps(content))
    checked = CliRunner().invoke(app, ["check", str(results)])
    assert isinstance(checked.exception, InputFailure)
    assert checked.output.count("DIFFERENT") == 1


@pytest.mark.long
def test_a_printed_table_and_a_page_can_be_computed_again_and_forged_ones_are_found(
    played: Path, tmp_path: Path
) -> None:
    results, page = tmp_path / "results", tmp_path / "board.html"
    shutil.copytree(played / "results", results)
    runs = read_runs([results])
    table = write_printed(results, runs, show_all(runs, page))
    checked = CliRunner().invoke(app, ["check", str(results), str(page)])
    assert checked.exit_code == 0, checked.output
    assert checked.output.count("equal") == 4
    for file in (table, page):
        content = file.read_text(encoding="utf-8")
        assert content.count("1 of 1") == 1, "holds that were cut"
        file.write_text(content.replace("1 of 1", "0 of 1"), encoding="utf-8")
        checked = CliRunner().invoke(app, ["check", str(results), str(page)])
        assert isinstance(checked.exception, InputFailure)
        assert f"DIFFERENT  {file.name}" in checked.output
        file.write_text(content, encoding="utf-8")


@pytest.mark.long
def test_a_table_is_removed_with_a_run_that_is_replaced_and_no_check_passes_without_its_runs(
    played: Path, tmp_path: Path
) -> None:
    shutil.copytree(played / "results", tmp_path / "results")
    first, second = read_runs([tmp_path / "results"])
    table = write_printed(tmp_path / "results", [first, second], show_all([first, second]))
    only_first = tmp_path / "less"
    write_run(only_first, first)
    shutil.copy(table, only_first)
    checked = CliRunner().invoke(app, ["check", str(only_first)])
    assert isinstance(checked.exception, InputFailure)
    assert "a run that it was made from is not among the files" in checked.output
    write_run(tmp_path / "results", second)
    assert not table.exists()


@pytest.mark.long
def test_a_trial_with_a_valid_file_is_not_played_again(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in (played / "results").glob("*.json"):
        file.write_bytes(msgspec.json.encode(_valid(read_runs([file])[0])))
    monkeypatch.setattr(trials, "play", lambda *_: pytest.fail("it was played again"))
    _play(played)


@pytest.mark.long
def test_missing_finals_are_infinite_in_the_table(played: Path) -> None:
    run = read_runs([played / "results"])[0]
    quiet = msgspec.structs.replace(run.observed, lines=[])
    (result,) = pool([recomputed(msgspec.structs.replace(run, observed=quiet))])
    assert result.final_s.missing == 2
    assert math.isinf(result.final_s.at["p50"])
    assert "never" in rows([result])[0][1]


@pytest.mark.long
def test_a_judge_of_turns_has_turn_ends_and_no_words_in_the_table(played: Path) -> None:
    run = read_runs([played / "results"])[1]
    lines = [
        msgspec.structs.replace(line, event=Event(type="turn_end"))
        for line in run.observed.lines
        if line.event.type == "final"
    ]
    system = msgspec.structs.replace(run.system, ends_only=True)
    observed = msgspec.structs.replace(run.observed, lines=lines)
    (result,) = pool([recomputed(msgspec.structs.replace(run, system=system, observed=observed))])
    row = dict(zip(HEAD, rows([result])[0], strict=True))
    assert {row["final p50 s"], row["WER"], row["missing"], row["x p95"]} == {"-"}
    assert 0.5 < float(row["turn end p50"]) < 1.0
    assert row["cut holds"] == "0 of 1"


def test_rounds_go_forth_and_back() -> None:
    comparison = Comparison(SYSTEMS[:3], Path(), Path(), Path(), rounds=2)
    names = [trial.system.name for trial in planned(comparison)]
    assert names == [*names[:3], *names[2::-1]]
