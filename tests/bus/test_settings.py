from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from bus.failures import SettingsFailure
from bus.settings import PathText, SourceText, load


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
    ("text", "message"),
    [
        ("[stt]\nmodle = 'x'\n", "did you mean 'model'"),
        ("[sst]\nmodel = 'x'\n", "did you mean 'stt'"),
        ("[stt]\nthreads = 'many'\n", r"\[stt\]"),
        ("[stt\n", "TOML"),
        ("stt = 3\n", "must be a table"),
        ("[stt]\nzzzz = 1\n", "valid names"),
    ],
)
def test_mistakes_are_named_with_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cuecard.toml"
    path.write_text(text)
    with pytest.raises(SettingsFailure, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_binary_settings_are_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "cuecard.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsFailure, match="cannot be read"):
        read(path)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf[stt]\nthreads = 3\n",
        b"[stt]\r\nthreads = 3\r\n",
        b"\xef\xbb\xbf# only a remark\r\n[stt]\r\nthreads = 3",
    ],
)
def test_files_of_other_editors_are_read(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "cuecard.toml").write_bytes(body)
    assert read(tmp_path / "cuecard.toml").threads == 3


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[stt]\nthreads = 3\n".encode("utf-16"), "UTF-16.*save it as UTF-8"),
        ("[stt]\nthreads = 3\n".encode("utf-16-le"), "UTF-16"),
        (b"[stt]\nmodel = 'caf\xe9'\n", "line 2 is not UTF-8"),
        (b"[stt]\nthreads = 3\nthreads = 4\n", "line 3"),
        (b"[stt]\n[stt]\n", "line 2"),
    ],
)
def test_files_that_are_no_settings_are_explained(tmp_path: Path, body: bytes, message: str) -> None:
    (tmp_path / "cuecard.toml").write_bytes(body)
    with pytest.raises(SettingsFailure, match=message):
        read(tmp_path / "cuecard.toml")


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsFailure, match="cannot be read: Is a directory"):
        read(tmp_path)


class Ranges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tokens: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    wait_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 1.0
    save: PathText = ""
    notes: list[PathText] = []
    sources: dict[str, SourceText] = {}


RANGES = {"llm": Ranges, "stt": Engine}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[llm]\ntokens = -5\n", "tokens in .llm. cannot be -5: it must be a whole number from 1 to 100"),
        ("[llm]\ntokens = 101\n", "from 1 to 100"),
        ("[llm]\ntokens = 99999999999999999999999\n", "from 1 to 100"),
        ("[llm]\ntokens = 1.5\n", "a whole number"),
        ("[llm]\ntokens = true\n", "cannot be True"),
        ("[llm]\ntokens = []\n", r"cannot be \[\]"),
        ("[llm]\nwait_s = 0\n", "a number more than 0 and at most 60"),
        ("[llm]\nwait_s = nan\n", "cannot be nan"),
        ("[llm]\nwait_s = inf\n", "cannot be inf"),
        ("[llm]\nnotes = 'a.md'\n", "expected array"),
        ("[llm]\nmodel = 'base'\n", "it belongs in .stt."),
        ("model = 'base'\n", "outside any table.*under .stt."),
        ("[lml]\ntokens = 5\n", "did you mean 'llm'"),
    ],
)
def test_values_that_do_not_fit_are_explained(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cuecard.toml"
    path.write_text(text)
    with pytest.raises(SettingsFailure, match=message) as caught:
        load(RANGES, file=path, environment={}, flags={})
    assert str(path) in str(caught.value)
    assert caught.value.kept


@pytest.mark.parametrize(
    ("environment", "flags", "message"),
    [
        ({"CUECARD_LLM_TOKENS": "-5"}, {}, "tokens in .llm. cannot be '-5'.*in the environment"),
        ({"CUECARD_LLM_TOKENS": "many"}, {}, "cannot be 'many'"),
        ({}, {"tokens": 0}, "cannot be 0.*in the command line"),
        ({"CUECARD_LLM_TOKEN": "5"}, {}, "CUECARD_LLM_TOKEN is unknown.*did you mean 'tokens'"),
        ({"CUECARD_LLM_MODEL": "base"}, {}, "it belongs in .stt."),
    ],
)
def test_flags_and_variables_that_do_not_fit_are_explained(
    environment: dict[str, str], flags: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsFailure, match=message):
        load(RANGES, file=None, environment=environment, flags={"llm": flags})


def test_variables_of_other_kinds_are_left_alone() -> None:
    environment = {"CUECARD_MODELS_DIR": "/m", "CUECARD_RUN": "/r", "CUECARD_LLM_TOKENS": "7"}
    assert load(RANGES, file=None, environment=environment, flags={})["llm"] == Ranges(tokens=7)


def test_homes_and_variables_in_paths_are_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("TALKS", "/talks")
    given = {
        "save": "~/talk.md",
        "notes": ["$HOME/a.md", "${TALKS}/b.md", "/c/$unknown.md", "d~.md"],
        "sources": {"mic": "default", "call": "file:~/call.wav", "odd": "device:~"},
    }
    loaded = load(RANGES, file=None, environment={}, flags={"llm": given})["llm"]
    assert loaded == Ranges(
        save="/home/ada/talk.md",
        notes=["/home/ada/a.md", "/talks/b.md", "/c/$unknown.md", "d~.md"],
        sources={"mic": "default", "call": "file:/home/ada/call.wav", "odd": "device:~"},
    )
