from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bus.failures import ProviderFailure
from llm import keys
from llm.keys import find_key, small_model_key
from llm.providers import OLLAMA, OPENAI


@pytest.fixture
def without_key_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session bus, and a keyring configured by its own settings to keep plain text."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def test_the_environment_has_the_key() -> None:
    assert find_key(OPENAI, {"OPENAI_API_KEY": " sk-1 ", "GROQ_API_KEY": "gsk-2"}) == "sk-1"


def test_a_server_that_needs_no_key_gets_none() -> None:
    assert find_key(OLLAMA, {"OPENAI_API_KEY": "sk-1"}) is None


@pytest.mark.parametrize("key", ["sk 1", "sk-1\nx", "sk-ü"])
def test_what_is_no_key_is_not_sent_and_not_shown(key: str) -> None:
    with pytest.raises(ProviderFailure) as refused:
        find_key(OPENAI, {"OPENAI_API_KEY": key})
    assert key not in str(refused.value)


@pytest.mark.usefixtures("without_key_store")
def test_a_missing_key_says_what_to_set() -> None:
    with pytest.raises(ProviderFailure, match="set OPENAI_API_KEY") as refused:
        find_key(OPENAI, {})
    assert "no key store that is safe" in refused.value.what


@pytest.mark.usefixtures("without_key_store")
def test_an_unsafe_key_store_is_not_asked() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "llm.key_store", "openai"], check=False, capture_output=True
    )
    assert asked.returncode == keys.NO_SAFE_STORE
    assert asked.stdout == b""


def test_a_locked_key_store_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    slow.chmod(0o700)
    monkeypatch.setattr(keys.sys, "executable", str(slow))
    monkeypatch.setattr(keys, "KEY_STORE_TIMEOUT_S", 0.2)
    with pytest.raises(ProviderFailure, match="is it locked"):
        find_key(OPENAI, {})


def test_the_small_models_key_belongs_to_one_run_and_hides_its_token() -> None:
    assert small_model_key(b"one") == small_model_key(b"one")
    assert small_model_key(b"one") != small_model_key(b"two")
    assert "one" not in small_model_key(b"one")
