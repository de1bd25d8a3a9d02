from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import Failure
from session.models import store
from session.run.launch import choose_views
from session.run.request import Request
from session.run.resolution import resolve


@pytest.fixture(autouse=True)
def _no_user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("wanted", "as_json", "to_terminal", "to_reader", "has_display", "views"),
    [
        ("auto", False, True, False, True, ["overlay"]),
        ("auto", False, True, False, False, ["terminal"]),
        ("auto", False, False, True, False, ["plain"]),
        ("auto", False, False, True, True, ["plain"]),
        ("auto", False, False, False, True, ["overlay"]),
        ("overlay", False, False, True, True, ["overlay"]),
        ("terminal", False, False, True, True, ["plain"]),
        ("none", False, True, False, True, []),
        ("auto", True, False, True, True, ["json"]),
        ("none", True, True, False, True, ["json"]),
        ("overlay", True, False, True, True, ["json", "overlay"]),
    ],
)
def test_view_matches_the_output(
    wanted: str, as_json: bool, to_terminal: bool, to_reader: bool, has_display: bool, views: list[str]
) -> None:
    found = choose_views(
        wanted, as_json=as_json, to_terminal=to_terminal, to_reader=to_reader, has_display=has_display
    )
    assert found == views


def request(*sources: str, models: tuple[str, ...] = (), **llm: object) -> Request:
    return Request(flags={"capture": {"sources": list(sources) or None}, "llm": llm}, models=models)


def test_model_names_are_assigned_to_whisper_or_provider() -> None:
    settings = resolve(request("mic=-", models=("tiny.en", "gpt-4.1-mini"), provider="none"))
    assert (settings.stt.model, settings.llm.model) == ("tiny.en", "gpt-4.1-mini")
    assert settings.stt.model_path == str(store.find("tiny.en"))


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (request(), 2, "no audio source"),
        (request("mic"), 2, "mic"),
        (request("mic=-", "mic=default"), 2, "mic"),
        (request("Mic!=-"), 2, "Mic!"),
        (request("mic=-", notes=["/nowhere/resume.md"]), 4, "resume.md"),
        (request("mic=-", models=("base", "tiny.en"), provider="nonsense"), 3, "nonsense"),
    ],
)
def test_wrong_requests_fail_before_anything_starts(asked: Request, code: int, says: str) -> None:
    with pytest.raises(Failure, match=says) as caught:
        resolve(asked)
    assert caught.value.exit_code == code
