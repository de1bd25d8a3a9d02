from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import UsageFailure
from session.run.start import consent


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_live_device_needs_consent() -> None:
    with pytest.raises(UsageFailure, match="--consent") as caught:
        consent.ensure(given=False, way="")
    assert consent.SENTENCE in str(caught.value)


def test_the_sentence_names_the_service_that_gets_questions() -> None:
    with pytest.raises(UsageFailure, match=r"AI service, api\.openai\.com\.") as caught:
        consent.ensure(given=False, way="", provider="api.openai.com")
    assert "No audio is stored or sent anywhere" in str(caught.value)


def test_where_the_user_cannot_be_asked_an_earlier_consent_counts() -> None:
    consent.ensure(given=True, way="terminal")
    consent.ensure(given=False, way="")
    assert len(consent.consent_file().read_text()) == len("2026-01-01\n"), "a date and nothing else is kept"


@pytest.mark.parametrize("says_yes", [True, False])
def test_user_is_prompted_for_consent(monkeypatch: pytest.MonkeyPatch, says_yes: bool) -> None:
    monkeypatch.setattr("typer.confirm", lambda *_, **__: says_yes)
    if says_yes:
        consent.ensure(given=False, way="terminal")
        assert consent.consent_file().exists()
    else:
        with pytest.raises(UsageFailure, match="not confirmed"):
            consent.ensure(given=False, way="terminal")
        assert not consent.consent_file().exists()


def test_each_session_asks_and_only_the_first_explains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("typer.confirm", lambda question, **_: not asked.append(question))
    monkeypatch.setenv("COLUMNS", "60")
    consent.ensure(given=False, way="terminal")
    explained = capsys.readouterr().err
    consent.ensure(given=False, way="terminal")
    assert len(asked) == 2
    assert "visible when you share your screen" in " ".join(explained.split())
    assert max(map(len, explained.splitlines())) <= 60, "no word is broken by the terminal"
    assert capsys.readouterr().err == ""
