"""Tests of the question before a live session."""

from __future__ import annotations

import pytest

from bus.failures import UsageFailure
from bus.messages import ConsentGiven
from session.run.start import consent


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> list[str | bool]:
    """What the user types, in turn."""
    typed: list[str | bool] = []
    monkeypatch.setattr("typer.prompt", lambda *_, **__: typed.pop(0))
    monkeypatch.setattr("typer.confirm", lambda *_, **__: typed.pop(0))
    return typed


def test_live_device_needs_consent() -> None:
    with pytest.raises(UsageFailure, match="--consent") as caught:
        consent.ensure(given=False, way="")
    assert consent.sentence("") in str(caught.value)


def test_the_sentence_names_the_service_that_gets_questions() -> None:
    with pytest.raises(UsageFailure, match=r"AI service, api\.openai\.com\.") as caught:
        consent.ensure(given=False, way="", provider="api.openai.com")
    assert "No audio is stored or sent anywhere" in str(caught.value)


@pytest.mark.parametrize(
    ("language", "begins"), [("de", "Ich benutze"), ("en", "I am using"), ("auto", "I am"), ("sv", "I am")]
)
def test_the_sentence_is_in_the_language_of_the_session(language: str, begins: str) -> None:
    assert consent.sentence("", language).startswith(begins)
    assert "api.openai.com" in consent.sentence("api.openai.com", language)


def test_a_script_says_it_each_time() -> None:
    assert consent.ensure(given=True, people="Ada, Bob", way="") == ConsentGiven(people="Ada, Bob")
    with pytest.raises(UsageFailure, match="--consent"):
        consent.ensure(given=False, way="")


@pytest.mark.parametrize("people", ["Ada\nBob", " Ada", "\x1b[2J", "a" * 201])
def test_names_are_one_line(people: str) -> None:
    with pytest.raises(UsageFailure, match="one line"):
        consent.ensure(given=True, people=people, way="")


def test_those_who_take_part_are_asked_for_and_must_agree(type_in: list[str | bool]) -> None:
    type_in += ["Ada,  Bob", True]
    assert consent.ensure(given=False, way="terminal") == ConsentGiven(people="Ada, Bob")
    type_in += ["Ada", False]
    with pytest.raises(UsageFailure, match="not confirmed"):
        consent.ensure(given=False, way="terminal")
    assert not type_in


def test_one_who_is_alone_is_asked_no_more(type_in: list[str | bool]) -> None:
    type_in += ["x" * 201, "Alone"]
    assert consent.ensure(given=False, way="terminal") == ConsentGiven(alone=True)


def test_the_explanation_fits_the_terminal(
    type_in: list[str | bool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    type_in += ["alone"]
    consent.ensure(given=False, way="terminal")
    explained = capsys.readouterr().err
    assert "visible when you share your screen" in " ".join(explained.split())
    assert max(map(len, explained.splitlines())) <= 60, "no word is broken by the terminal"
