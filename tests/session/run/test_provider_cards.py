"""The card of a provider before its first session."""

from __future__ import annotations

import dataclasses
import datetime
import stat
from pathlib import Path

import msgspec
import pytest

from bus.failures import UsageFailure
from llm import providers
from llm.settings import LlmSettings
from session.run.start import provider_cards
from session.run.start.provider_cards import cards_file, introduce

OPENAI = LlmSettings(provider="openai")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the user decides, in turn."""
    decisions: list[bool] = []
    monkeypatch.setattr("typer.confirm", lambda *_, **__: decisions.pop(0))
    return decisions


def test_a_card_is_confirmed_once(decided: list[bool], capsys: pytest.CaptureFixture[str]) -> None:
    decided += [True]
    introduce(OPENAI, "terminal")
    shown = " ".join(capsys.readouterr().err.split())
    card = providers.cards()["openai"]
    assert all(each in shown for each in (card.keeps, card.trains, card.link, "2026-08-30", "api.openai.com"))
    introduce(OPENAI, "terminal")
    assert (decided, capsys.readouterr().err) == ([], "")
    assert stat.S_IMODE(cards_file().stat().st_mode) == 0o600


def test_who_declines_starts_nothing_and_is_asked_again(decided: list[bool]) -> None:
    decided += [False, False]
    for _ in range(2):
        with pytest.raises(UsageFailure, match="openai is not used"):
            introduce(OPENAI, "terminal")
    assert not decided


def test_a_card_with_new_facts_is_shown_again(decided: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    decided += [True, True]
    introduce(OPENAI, "terminal")
    known = providers.KNOWN["openai"]
    assert known.card is not None
    newer = msgspec.structs.replace(known.card, checked=known.card.checked + datetime.timedelta(1))
    monkeypatch.setitem(providers.KNOWN, "openai", dataclasses.replace(known, card=newer))
    introduce(OPENAI, "terminal")
    assert not decided


def test_a_script_sees_the_card_and_does_not_confirm_it(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        introduce(OPENAI, "")
        assert "abuse monitoring" in capsys.readouterr().err
    assert not cards_file().exists()


def test_an_unknown_address_is_said_to_be_unknown(
    decided: list[bool], capsys: pytest.CaptureFixture[str]
) -> None:
    decided += [True]
    introduce(LlmSettings(provider="anthropic@https://gateway.example.org/v1"), "terminal")
    assert "gateway.example.org. What it keeps is not verified" in capsys.readouterr().err
    introduce(LlmSettings(provider="anthropic@https://gateway.example.org/v1"), "terminal")
    assert not decided


@pytest.mark.parametrize(
    "settings",
    [LlmSettings(provider="ollama"), LlmSettings(), LlmSettings(provider="openai", answer="off")],
    ids=["local", "auto", "off"],
)
def test_nothing_is_said_if_nothing_leaves(settings: LlmSettings, capsys: pytest.CaptureFixture[str]) -> None:
    introduce(settings, "terminal")
    assert capsys.readouterr().err == ""


def test_a_damaged_file_asks_again(decided: list[bool]) -> None:
    decided += [True]
    cards_file().parent.mkdir(parents=True)
    cards_file().write_text("{")
    introduce(OPENAI, "terminal")
    assert not decided


@pytest.mark.parametrize("width", [40, 80])
def test_a_card_fits_the_terminal(width: int) -> None:
    shown = "\n".join(provider_cards.lines(providers.cards()["groq"], width)).splitlines()
    assert max(len(line) for line in shown if "https:" not in line) <= max(width, 45)
