from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import UsageFailure
from session.run import consent


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_live_device_needs_consent() -> None:
    with pytest.raises(UsageFailure, match="--consent") as caught:
        consent.ensure(given=False, can_ask=False)
    assert consent.SENTENCE in str(caught.value)


def test_consent_is_asked_once() -> None:
    consent.ensure(given=True, can_ask=False)
    consent.ensure(given=False, can_ask=False)
    assert len(consent.consent_file().read_text()) == len("2026-01-01\n"), "a date and nothing else is kept"


@pytest.mark.parametrize("says_yes", [True, False])
def test_user_is_prompted_for_consent(monkeypatch: pytest.MonkeyPatch, says_yes: bool) -> None:
    monkeypatch.setattr("typer.confirm", lambda *_, **__: says_yes)
    if says_yes:
        consent.ensure(given=False, can_ask=True)
        assert consent.consent_file().exists()
    else:
        with pytest.raises(UsageFailure, match="not confirmed"):
            consent.ensure(given=False, can_ask=True)
        assert not consent.consent_file().exists()
