"""Placements that are compared, and their settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cores.placements import DEFAULTS, candidates, chosen
from bench.latency.variations import settings_text
from bus.failures import UsageFailure
from session.settings import load
from session.setup.settings.settings_file import changed


def test_without_a_second_core_only_niceness_varies() -> None:
    assert all(not each.cores for count in (0, 1) for each in candidates(range(count), each_stage=True))
    assert any(each.cores for each in candidates([0, 1]))


def test_transcription_alone_has_all_cores_but_the_first() -> None:
    apart = next(each for each in candidates([2, 3, 5]) if each.name == "stt-apart")
    assert apart.cores["stt"] == [3, 5]
    assert {tuple(cores) for stage, cores in apart.cores.items() if stage != "stt"} == {(2,)}


def test_names_are_unique_and_every_placement_is_valid(tmp_path: Path) -> None:
    placements = candidates([0], each_stage=True)
    assert len({each.name for each in placements}) == len(placements)
    file = tmp_path / "cuecard.toml"
    for each in (DEFAULTS, *placements):
        file.write_text(settings_text({}, each.settings()))
        session = load(file, {}).session
        assert (session.cores, session.niceness) == (each.cores, each.niceness)


def test_the_defaults_replace_what_the_settings_file_has() -> None:
    assert "stt" not in settings_text({"session": {"niceness": {"stt": 5}}}, DEFAULTS.settings())


def test_the_printed_lines_are_those_of_the_settings_file() -> None:
    apart = next(each for each in candidates([0, 1]) if each.name == "stt-apart")
    written = changed("", {("session", "cores"): apart.cores})
    assert f"[session]\n{apart.text()}\n" == written


def test_an_unknown_placement_is_refused() -> None:
    with pytest.raises(UsageFailure, match="no placement 'x'"):
        chosen(["x"], candidates([0, 1]))
