from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bus.failures import ModelFailure
from bus.sandbox import landlock
from session.models import store
from session.models.catalogue import CATALOGUE, transcribes
from session.models.model import Model, ModelFile
from tests.support.sandboxed_program import SANDBOXED, run

CONTENT = b"weights" * 1000
SMALL = Model(
    name="small-test",
    kind="whisper",
    about="",
    licence="",
    packages=(),
    files=(
        ModelFile(
            name="model.bin",
            size_bytes=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            members=("m/part1", "m/part2"),
        ),
    ),
)


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(CATALOGUE, SMALL.name, SMALL)


def place() -> Path:
    folder = store.folder(SMALL)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(CONTENT)
    return folder


def test_a_sound_model_is_found() -> None:
    folder = place()
    assert store.find(SMALL.name) == folder


def test_a_missing_model_is_answered_with_the_command() -> None:
    with pytest.raises(ModelFailure, match=r"missing.*cuecard models pull small-test"):
        store.find(SMALL.name)


def test_a_truncated_file_is_noticed() -> None:
    (place() / "model.bin").write_bytes(CONTENT[:-1])
    with pytest.raises(ModelFailure, match="6999 bytes and should have 7000"):
        store.find(SMALL.name)


def test_a_file_damaged_after_it_was_verified_is_noticed() -> None:
    file = place() / "model.bin"
    store.find(SMALL.name)
    file.write_bytes(b"W" + CONTENT[1:])
    with pytest.raises(ModelFailure, match="damaged"):
        store.find(SMALL.name)


@pytest.mark.parametrize("way", ["in place", "replaced"])
def test_tampering_that_keeps_size_and_time_is_found(way: str) -> None:
    file = place() / "model.bin"
    assert store.is_there(SMALL.name)
    before = file.stat()
    tampered = file if way == "in place" else file.with_name("other")
    tampered.write_bytes(b"W" + CONTENT[1:])
    tampered.replace(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "damaged" in store.faults(SMALL)[0]


def test_a_record_beside_the_weights_counts_for_nothing() -> None:
    folder = place()
    assert store.is_there(SMALL.name)
    (folder / ".verified.json").write_bytes(store.mark_file(SMALL).read_bytes())
    store.mark_file(SMALL).unlink()
    hashed: list[int] = []
    assert not store.faults(SMALL, on_bytes=hashed.append)
    assert store.mark_file(SMALL).exists()
    assert folder not in store.mark_file(SMALL).parents


def test_a_record_that_is_garbage_only_costs_time() -> None:
    place()
    store.mark_file(SMALL).parent.mkdir(parents=True)
    store.mark_file(SMALL).write_text("{")
    assert store.is_there(SMALL.name)


@pytest.mark.parametrize(("name", "hint"), [("bsae", "base"), ("zzz", "models list")])
def test_an_unknown_name_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ModelFailure, match=hint):
        store.find(name)


def test_folder_with_own_weights_is_accepted(tmp_path: Path) -> None:
    assert store.find(str(tmp_path)) == tmp_path


def test_the_catalogue_is_pinned_to_the_byte() -> None:
    for model in CATALOGUE.values():
        if model is SMALL:
            continue
        assert model.packages or model.hub
        for file in model.files:
            assert file.size_bytes > 0
            assert len(file.sha256) == 64
            assert bool(file.members) == bool(model.packages)
    assert transcribes("base")
    assert transcribes("moonshine-tiny")
    assert not transcribes("smollm2")
    assert not transcribes("gpt-4.1")


def test_models_pulled_for_the_tests_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUECARD_MODELS_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME")
    for name in ("base", "tiny.en", "smollm2"):
        assert store.find(name).exists()


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("stage", ["capture", "stt", "llm", "overlay"])
def test_no_stage_can_forge_the_record(tmp_path: Path, stage: str) -> None:
    place()
    assert store.is_there(SMALL.name)
    mark = store.mark_file(SMALL)
    attempt = f"""
sandbox.enforce()
def attempt(call):
    try:
        call()
    except OSError as error:
        return error.errno
mark = {str(mark)!r}
print(json.dumps({{
    "write": attempt(lambda: os.open(mark, os.O_WRONLY)),
    "replace": attempt(lambda: os.rename(mark, mark + "x")),
    "create": attempt(lambda: os.open(os.path.dirname(mark) + "/new", os.O_WRONLY | os.O_CREAT)),
}}))
"""
    found = run(SANDBOXED + attempt, str(tmp_path), "{}", stage=stage, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert found == {"write": 13, "replace": 13, "create": 13}
