from __future__ import annotations

from pathlib import Path

import pytest

from session.models import choice, store
from session.models.choice import choose, find_weights, to_pull
from stt.settings import SttSettings


@pytest.mark.parametrize(
    ("wanted", "has_cuda", "there", "model", "says"),
    [
        ("auto", False, True, "base", ""),
        ("auto", True, True, "large-v3-turbo", ""),
        ("auto", True, False, "base", "cuecard models pull large-v3-turbo"),
        ("tiny.en", True, True, "tiny.en", ""),
        ("/my/weights", False, False, "/my/weights", ""),
    ],
)
def test_the_model_suits_the_machine(wanted: str, has_cuda: bool, there: bool, model: str, says: str) -> None:
    chosen = choose(wanted, has_cuda=has_cuda, is_there=lambda name: there)
    assert chosen.model == model
    assert says in chosen.remark
    assert bool(says) == bool(chosen.remark)


def test_fallback_model_is_found_before_the_session() -> None:
    base = str(store.find("base"))
    found = find_weights(SttSettings(model="tiny.en"))
    assert (found.model, found.model_path) == ("tiny.en", str(store.find("tiny.en")))
    assert found.spare_model_path == base
    assert find_weights(SttSettings(device="cpu")).spare_model_path == ""


def test_without_base_the_same_weights_take_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path))
    assert find_weights(SttSettings(model=str(tmp_path))).spare_model_path == ""


def test_missing_cuda_model_is_remarked_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(choice, "has_cuda", lambda: True)
    monkeypatch.setattr(store, "is_there", lambda name: name != "large-v3-turbo")
    assert find_weights(SttSettings()).model == "base"
    stderr = capsys.readouterr().err
    assert "cuecard models pull large-v3-turbo" in stderr
    assert stderr.count("\n") == 1


def test_turn_ends_are_heard_where_the_model_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_weights(SttSettings()).turn_end_path == str(store.find("smart-turn"))
    assert find_weights(SttSettings(hears_turn_ends=False)).turn_end_path == ""
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path))
    assert find_weights(SttSettings(model=str(tmp_path))).turn_end_path == ""


@pytest.mark.parametrize(
    ("wanted", "pulled"),
    [
        ("base smollm2", "base smollm2 smart-turn"),
        ("moonshine-tiny", "moonshine-tiny smart-turn"),
        ("smart-turn base", "smart-turn base"),
        ("smollm2", "smollm2"),
    ],
)
def test_model_of_turn_ends_comes_with_models_that_transcribe(wanted: str, pulled: str) -> None:
    models = to_pull([store.known(name) for name in wanted.split()])
    assert " ".join(model.name for model in models) == pulled
