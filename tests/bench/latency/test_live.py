"""A small live measurement with real processes: order, completeness and fields, not speed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from session.run.start.demo import DEMO, script

pytestmark = pytest.mark.long

TURNS = (0, 4, 6)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Return a folder of three short recordings with transcripts beside them."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for number in TURNS:
        turn = script()[number]
        start, stop = round((turn.start_s - 0.2) * 16_000), round((turn.end_s + 0.2) * 16_000)
        samples = soundfile.read(DEMO / f"{turn.source}.flac", dtype="int16", start=start, stop=stop)[0]
        soundfile.write(folder / f"turn-{number}.wav", samples, 16_000)
        (folder / f"turn-{number}.txt").write_text(turn.text)
    return folder


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "session", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))


def test_the_bench_is_a_command_of_the_program() -> None:
    assert "live" in bench("--help").stdout
    assert "--offline" in bench("live", "--help").stdout


def test_a_missing_path_is_one_line(tmp_path: Path) -> None:
    done = bench("live", "--corpus", str(tmp_path))
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "talk.txt" in done.stderr


def test_three_utterances_are_played_and_scored(recordings: Path, tmp_path: Path) -> None:
    page, trace = tmp_path / "live.html", tmp_path / "live.json"
    out = ("--report", str(page), "--trace", str(trace))
    done = bench("live", "--corpus", str(recordings), "--view", "overlay", "--offline", *out)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == (6 if figures["void_runs"] else 0), done.stderr
    assert ("VOID" in done.stderr) == bool(figures["void_runs"])

    assert figures["bench"] == "live"
    assert figures["utterances"] == len(TURNS)
    assert figures["end_to_final_s"]["missing"] == 0
    assert figures["first_words_s"]["missing"] == 0
    assert figures["wer"] <= 0.25
    assert figures["wer_offline"] <= 0.25
    assert figures["words_invented"] == 0
    assert figures["finals"] >= len(TURNS)
    at = figures["end_to_final_s"]["at"]
    assert 0 < at["p50"] <= at["p95"] <= at["max"]
    assert figures["waterfall_p50_ms"]["wait_ms"] > 0
    assert figures["offline_cpu_s"] > 0
    stages = {
        "capture:call",
        "capture:mic",
        "vad:call",
        "vad:mic",
        "stt",
        "hub",
        "view",
        "overlay",
        "supervisor",
    }
    assert stages <= set(figures["cpu_s_per_audio_s_by_stage"])
    assert all(mb > 5 for mb in figures["peak_rss_mb_by_stage"].values())

    assert all(turn in page.read_text() for turn in ("turn-0", "turn-4", "turn-6"))
    assert str(Path.home()) not in page.read_text()
    lanes = [event["cat"] for event in json.loads(trace.read_text())["traceEvents"] if "cat" in event]
    assert lanes.count("truth") == len(TURNS)
    assert lanes.count("finals") == figures["finals"]
