"""A policy locks settings for everyone who uses the computer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bus.failures import SettingsFailure
from llm.providers import requested_provider
from session import settings as all_settings
from session.doctor.checks import policy as check

BY = '[policy]\nby = "Acme IT"\n'


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    file = tmp_path / "policy.toml"
    monkeypatch.setattr(all_settings, "POLICY_FILE", file)
    return lambda text: [file.write_text(text)].clear()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., all_settings.AllSettings]:
    file = tmp_path / "cuecard.toml"

    def loaded(text: str = "", **llm: Any) -> all_settings.AllSettings:
        file.write_text(text)
        return all_settings.load(file, {"llm": llm})

    return loaded


Lock = Callable[[str], None]
Load = Callable[..., all_settings.AllSettings]


def test_the_users_file_gives_way(lock: Lock, load: Load) -> None:
    lock(f'{BY}[llm]\nprovider = "local"\nanswer = "ask"\n')
    settings = load('[llm]\nprovider = "openai"\nlisten_to = "everyone"\n')
    assert (settings.llm.provider, settings.llm.answer) == ("local", "ask")
    assert settings.llm.listen_to == "everyone", "what is not locked is the user's"


def test_another_value_is_refused_by_whoever_locked_it(
    lock: Lock, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(f'{BY}[llm]\nprovider = "local"\n')
    with pytest.raises(SettingsFailure, match=r"provider in \[llm\] is locked to 'local' by Acme IT"):
        load(provider="openai")
    assert load(provider="local").llm.provider == "local"
    monkeypatch.setenv("CUECARD_LLM_PROVIDER", "openai")
    with pytest.raises(SettingsFailure, match="by Acme IT"):
        load()


@pytest.mark.parametrize(
    ("locked", "allowed", "refused"),
    [
        ('provider = "local"', "http://127.0.0.1:1/v1", "openai"),
        ('provider = "openai"', "openai", "anthropic"),
        ('provider = "auto"\nallowed_hosts = ["API.openai.com"]', "openai", "https://evil.example/v1"),
    ],
)
def test_no_other_host_is_asked_in_a_running_session(
    lock: Lock, load: Load, locked: str, allowed: str, refused: str
) -> None:
    lock(f"{BY}[llm]\n{locked}\n")
    llm = load().llm
    assert requested_provider(llm, allowed) is not None
    with pytest.raises(SettingsFailure, match="may not be asked"):
        requested_provider(llm, refused)


def test_where_nothing_is_saved_nothing_offers_to(lock: Lock, load: Load) -> None:
    lock(f'{BY}[session]\nsave = ""\n')
    given = '[session]\nsave = "talk.md"\nreview = "always"\nstore = true\n[practice]\nkeep_measures = true\n'
    loaded = load(given)
    assert (loaded.session.save, loaded.session.review, loaded.session.store) == ("", "never", False)
    assert not loaded.practice.keep_measures


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[llm]\nprovider = "local"\n', "by whom"),
        ('[policy]\nby = "\\n"\n', "by whom"),
        (f'{BY}[llm]\nprovidr = "local"\n', "did you mean 'provider'"),
        (f"{BY}[llm]\nday_limit = -1\n", "policy.toml"),
        (f'{BY}[llm]\nprovider = "https://"\n', "https://"),
        ("= 1", "TOML"),
    ],
)
def test_a_policy_with_a_fault_starts_nothing(lock: Lock, load: Load, text: str, says: str) -> None:
    lock(text)
    with pytest.raises(SettingsFailure, match=says):
        load()


def test_doctor_names_what_is_locked(lock: Lock) -> None:
    assert check() == []
    lock(f'{BY}[llm]\nprovider = "local"\n')
    (finding,) = check()
    assert "Acme IT locked llm.provider, llm.allowed_hosts" in finding.detail
    lock("= 1")
    assert check()[0].ok is False
