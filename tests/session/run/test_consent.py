"""Tests of the question before a live session."""

from __future__ import annotations

import pytest

from bus.failures import UsageFailure
from bus.messages import ConsentGiven
from session.run.start import consent
from session.run.start.consent import Matter


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> list[str | bool]:
    """What the user types, in turn."""
    typed: list[str | bool] = []
    monkeypatch.setattr("typer.prompt", lambda *_, **__: typed.pop(0))
    monkeypatch.setattr("typer.confirm", lambda *_, **__: typed.pop(0))
    return typed


def test_live_device_needs_consent() -> None:
    with pytest.raises(UsageFailure, match="--consent") as caught:
        consent.ensure(Matter(), given=False, way="")
    assert Matter().sentence in str(caught.value)


def test_the_sentence_names_the_service_that_gets_questions() -> None:
    with pytest.raises(UsageFailure, match=r"AI service, api\.openai\.com\.") as caught:
        consent.ensure(Matter("api.openai.com"), given=False, way="")
    assert "No audio is stored or sent anywhere" in str(caught.value)


@pytest.mark.parametrize(
    ("language", "begins"), [("de", "Ich benutze"), ("en", "I am using"), ("auto", "I am"), ("sv", "I am")]
)
def test_the_sentence_is_in_the_language_of_the_session(language: str, begins: str) -> None:
    assert Matter(language=language).sentence.startswith(begins)
    assert "api.openai.com" in Matter("api.openai.com", language=language).sentence


@pytest.mark.parametrize(
    ("provider", "language"), [("", "en"), ("api.openai.com", "en"), ("", "de"), ("x.ai", "de")]
)
def test_the_sentence_says_that_voices_are_recorded(provider: str, language: str) -> None:
    recorded = Matter(provider, recorded=True, language=language).sentence
    assert ("encrypted file" if language == "en" else "verschlüsselte Datei") in recorded
    assert provider in recorded
    assert "audio is stored" not in recorded
    assert Matter(provider, language=language).sentence != recorded


def test_who_agrees_agrees_to_be_recorded(type_in: list[str | bool]) -> None:
    type_in += ["Ada", True]
    recorded = Matter(recorded=True)
    assert consent.ensure(recorded, given=False, way="terminal") == ConsentGiven(people="Ada", recorded=True)
    assert consent.ensure(recorded, given=True, way="") == ConsentGiven(recorded=True)


def test_a_script_says_it_each_time() -> None:
    assert consent.ensure(Matter(), given=True, people="Ada, Bob", way="") == ConsentGiven(people="Ada, Bob")
    with pytest.raises(UsageFailure, match="--consent"):
        consent.ensure(Matter(), given=False, way="")


@pytest.mark.parametrize("people", ["Ada\nBob", " Ada", "\x1b[2J", "a" * 201])
def test_names_are_one_line(people: str) -> None:
    with pytest.raises(UsageFailure, match="one line"):
        consent.ensure(Matter(), given=True, people=people, way="")


def test_those_who_take_part_are_asked_for_and_must_agree(type_in: list[str | bool]) -> None:
    type_in += ["Ada,  Bob", True]
    assert consent.ensure(Matter(), given=False, way="terminal") == ConsentGiven(people="Ada, Bob")
    type_in += ["Ada", False]
    with pytest.raises(UsageFailure, match="not confirmed"):
        consent.ensure(Matter(), given=False, way="terminal")
    assert not type_in


def test_one_who_is_alone_is_asked_no_more(type_in: list[str | bool]) -> None:
    type_in += ["x" * 201, "Alone"]
    assert consent.ensure(Matter(), given=False, way="terminal") == ConsentGiven(alone=True)


def test_the_explanation_fits_the_terminal(
    type_in: list[str | bool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    type_in += ["alone"]
    consent.ensure(Matter(), given=False, way="terminal")
    explained = capsys.readouterr().err
    assert "visible when you share your screen" in " ".join(explained.split())
    assert max(map(len, explained.splitlines())) <= 60, "no word is broken by the terminal"
