"""The catalogue: its adapters exist, and what it says of a system holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from livebench import trials
from livebench.systems.catalogue import SYSTEMS, chosen
from livebench.systems.environments import HOMES
from livebench.systems.installing import obstacle
from livebench.systems.system import System
from livebench.trials import Comparison
from session.models import store


def _adapter(system: System) -> Path:
    return trials.ADAPTERS.joinpath(*system.adapter.split(".")).with_suffix(".py")


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_system_has_an_environment_and_a_short_adapter(system: System) -> None:
    assert system.home in HOMES
    assert len(_adapter(system).read_text(encoding="utf-8").splitlines()) < 120


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_knob_has_values_for_a_curve(system: System) -> None:
    if system.knob:
        assert 3 <= len(set(system.knob.values)) <= 5
        assert f'"{system.knob.name}"' in _adapter(system).read_text() or system.name == "cuecard"


def test_packages_of_systems_are_pinned() -> None:
    for home, environment in HOMES.items():
        if home != "cuecard":
            assert any("==" in each for arguments in environment.installs for each in arguments), home


def test_what_sends_audio_away_is_played_to_only_by_name() -> None:
    assert not [system for system in chosen([]) if system.is_cloud]
    assert [system.name for system in chosen(["deepgram"])] == ["deepgram"]
    for system in SYSTEMS:
        assert not system.is_cloud or (system.variable and system.own_weights)


def test_a_system_without_its_key_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [system] = chosen(["openai-realtime"])
    (tmp_path / "clouds").mkdir()
    (tmp_path / "clouds" / ".installed").touch()
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert obstacle(system, tmp_path) == "set OPENAI_API_KEY"
    monkeypatch.setenv("OPENAI_API_KEY", "of the user")
    assert obstacle(system, tmp_path) == ""


def test_a_system_without_its_packages_is_left_out(tmp_path: Path) -> None:
    [system] = chosen(["vosk"])
    assert obstacle(system, tmp_path) == f"livebench install vosk --homes {tmp_path}"


@pytest.mark.parametrize(
    ("name", "ending"),
    [("whispercpp-vad", "tiny.en.bin"), ("alignatt", "tiny.en.pt"), ("whisperlive", "tiny.en")],
)
def test_a_system_gets_the_weights_in_the_format_that_it_reads(
    name: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = store.find("tiny.en")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    comparison = Comparison(chosen([name]), tmp_path, weights, tmp_path)
    given = Path(trials.command_of(comparison, comparison.systems[0])[3])
    assert given.name == ending
    if given != weights:
        assert given.is_relative_to(tmp_path)
        assert (given.parent / "ctranslate2" / "model.bin").samefile(weights / "model.bin")


def test_a_change_of_what_an_adapter_imports_is_another_adapter() -> None:
    [cloud] = chosen(["deepgram"])
    assert [path.relative_to(trials.ADAPTERS).as_posix() for path in trials.files_of(cloud)] == [
        "clouds/deepgram.py",
        "clouds/connection.py",
        "lines.py",
    ]
