"""`cuecard bench cores` with real sessions: fields, advice, and the settings file, not speed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from session.run.start.demo import DEMO, script


def bench(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "cores", *arguments]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(config)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_an_own_settings_file_and_writing_exclude_each_other(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("")
    done = bench("--write", "--settings", str(tmp_path / "s.toml"), config=tmp_path)
    assert done.returncode == 2
    assert "--write" in done.stderr


@pytest.mark.long
def test_one_placement_is_compared_with_the_defaults(tmp_path: Path) -> None:
    turn = script()[4]
    start, stop = round((turn.start_s - 0.2) * 16_000), round((turn.end_s + 0.2) * 16_000)
    samples = soundfile.read(DEMO / f"{turn.source}.flac", dtype="int16", start=start, stop=stop)[0]
    soundfile.write(tmp_path / "turn.wav", samples, 16_000)
    (tmp_path / "turn.txt").write_text(turn.text)
    done = bench(
        "--corpus", str(tmp_path), "--placement", "stt-first", "--rounds", "1", "--write", config=tmp_path
    )  # fmt: skip
    report = json.loads(done.stdout.splitlines()[-1])
    played = [(each["placement"]["name"], each["round"]) for each in report["trials"]]
    assert played == [("defaults", 0), ("stt-first", 0)]
    assert {"capture:mic", "hub", "stt", "view"} <= {*report["trials"][0]["cpu_by_stage"]}
    if report["confirmed"] is None:  # this machine was too busy for a run that counts
        assert done.returncode == 6
        assert "VOID" in done.stderr
    else:
        assert done.returncode == 0
        assert report["confirmed"]["p50"]["low"] <= report["confirmed"]["p50"]["value"]
    settings = tmp_path / "cuecard" / "cuecard.toml"
    assert settings.exists() == (report["recommended"] is not None)
