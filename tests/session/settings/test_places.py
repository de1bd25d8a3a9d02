from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.failures import SettingsFailure
from session import settings as all_settings


def load(tmp_path: Path, session: str) -> all_settings.SessionSettings:
    file = tmp_path / "cuecard.toml"
    file.write_text(f"[session]\n{session}\n")
    return all_settings.load(file, {}).session


def test_cores_and_niceness_are_given_by_kind_or_name(tmp_path: Path) -> None:
    core = min(os.sched_getaffinity(0))
    session = load(tmp_path, f'cores = {{ stt = [{core}], "vad:mic" = [{core}] }}\nniceness = {{ stt = 0 }}')
    assert session.cores == {"stt": [core], "vad:mic": [core]}
    assert session.niceness == {"stt": 0}


@pytest.mark.parametrize(
    ("session", "says"),
    [
        ("cores = { ears = [0] }", "no stage 'ears'"),
        ("cores = { stt = [100000] }", "core 100000"),
        ("niceness = { ears = 1 }", "no stage 'ears'"),
        ("niceness = { stt = -1 }", ">= 0"),
        ("niceness = { stt = 20 }", "<= 19"),
    ],
)
def test_unknown_stages_and_cores_are_refused(tmp_path: Path, session: str, says: str) -> None:
    with pytest.raises(SettingsFailure, match=says):
        load(tmp_path, session)
