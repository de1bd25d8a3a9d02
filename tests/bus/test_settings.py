from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bus.failures import SettingsFailure
from bus.settings import load


class Engine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: str = "base"
    threads: int = 0
    eager: bool = False
    cores: list[int] = []


SCHEMA = {"stt": Engine}


def read(file: Path | None = None, environment: dict[str, str] | None = None, **flags: object) -> Engine:
    tables = load(SCHEMA, file=file, environment=environment or {}, flags={"stt": flags})
    engine = tables["stt"]
    assert isinstance(engine, Engine)
    return engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cuecard.toml"
    path.write_text('[stt]\nmodel = "from file"\nthreads = 3\n')
    return path


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path / "missing.toml") == Engine()


@pytest.mark.parametrize(
    ("environment", "flags", "model"),
    [
        ({}, {}, "from file"),
        ({"CUECARD_STT_MODEL": "from env"}, {}, "from env"),
        ({"CUECARD_STT_MODEL": "from env"}, {"model": "from flag"}, "from flag"),
        ({}, {"model": None}, "from file"),
    ],
)
def test_flag_before_environment_before_file(
    file: Path, environment: dict[str, str], flags: dict[str, object], model: str
) -> None:
    engine = read(file, environment, **flags)
    assert engine.model == model
    assert engine.threads == 3, "what nobody overrides stays"


def test_environment_values_become_what_the_setting_is() -> None:
    engine = read(environment={"CUECARD_STT_THREADS": "2", "CUECARD_STT_EAGER": "true"})
    assert (engine.threads, engine.eager) == (2, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[stt]\nmodle = 'x'\n", "did you mean 'model'"),
        ("[sst]\nmodel = 'x'\n", "did you mean 'stt'"),
        ("[stt]\nthreads = 'many'\n", r"\[stt\]"),
        ("[stt\n", "TOML"),
        ("stt = 3\n", "must be a table"),
        ("[stt]\nzzzz = 1\n", "known are"),
    ],
)
def test_mistakes_are_named_with_the_way_out(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "cuecard.toml"
    path.write_text(text)
    with pytest.raises(SettingsFailure, match=says) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    path = tmp_path / "cuecard.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsFailure, match="cannot be read"):
        read(path)
