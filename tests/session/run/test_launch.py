from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import Failure
from llm.settings import LlmSettings
from session.keys import without_key
from session.models import store
from session.run import launch
from session.run.launch import choose_views
from session.run.start.request import Request
from session.run.start.resolution import resolve


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


@pytest.fixture
def no_key_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.mark.parametrize(
    ("provider", "variable", "is_missing"),
    [
        ("openai", "", True),
        ("openai", "OPENAI_API_KEY", False),
        ("auto", "", False),
        ("http://127.0.0.1:8000/v1", "", False),
    ],
)
def test_a_key_that_will_be_missing_is_known_before_the_session(
    no_key_store: None, monkeypatch: pytest.MonkeyPatch, provider: str, variable: str, is_missing: bool
) -> None:
    if variable:
        monkeypatch.setenv(variable, "sk-planted")
    missing = without_key(LlmSettings(provider=provider))
    assert (missing is not None) is is_missing


@pytest.mark.parametrize(("on_terminal", "says_yes"), [(True, True), (True, False), (False, False)])
def test_typing_a_missing_key_is_offered_on_a_terminal(
    no_key_store: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    on_terminal: bool,
    says_yes: bool,
) -> None:
    monkeypatch.setattr(launch, "on_terminal", lambda: on_terminal)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: says_yes)
    assert launch._wants_to_type_key(LlmSettings(provider="openai")) is says_yes
    said = capsys.readouterr().err
    assert "There is no key for openai" in said
    assert ("cuecard keys set openai" in said) is not on_terminal


def test_hosts_that_get_questions_are_named(no_key_store: None) -> None:
    settings = LlmSettings(provider="openai", fallback_provider="anthropic")
    assert launch._services(settings) == "api.openai.com / api.anthropic.com"
    assert launch._services(LlmSettings(provider="ollama")) == ""
    assert launch._services(LlmSettings(provider="openai", answer="off")) == ""
