"""API keys: environment, key store, and which provider gets which key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.failures import ProviderFailure
from llm.keys import keychain
from llm.keys.key_store import SAFE_STORES
from llm.keys.keychain import Outcome
from llm.keys.provider_keys import find_key, key_name, small_model_key
from llm.providers import KNOWN, Provider, named_provider
from llm.settings import LlmSettings
from tests.support.secret_service import SecretService, missing_programs, secret_service

OLLAMA, OPENAI = KNOWN["ollama"], KNOWN["openai"]
PLANTED = "sk-planted-0123456789"

needs_secret_service = pytest.mark.skipif(
    bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}"
)


@pytest.fixture
def without_key_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No session bus, and no way to start one."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nobody'}")


@pytest.fixture
def key_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecretService]:
    """A real, unlocked key store for this process's environment."""
    with secret_service(tmp_path_factory.mktemp("k")) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


def keep(name: str, key: str = PLANTED) -> int:
    """Store a key as `cuecard keys set` does; return the exit code."""
    return subprocess.run(
        [sys.executable, "-m", "llm.keys.key_store", "set", name], input=key.encode(), check=False
    ).returncode


def own(address: str, **settings: str) -> Provider:
    provider = named_provider(LlmSettings(provider=address, **settings))  # type: ignore[arg-type]
    assert provider
    return provider


def test_key_from_environment() -> None:
    assert find_key(OPENAI, {"OPENAI_API_KEY": " sk-1 ", "GROQ_API_KEY": "gsk-2"}) == "sk-1"


def test_server_without_key_gets_none() -> None:
    assert find_key(OLLAMA, {"OPENAI_API_KEY": "sk-1"}) is None


@pytest.mark.parametrize("key", ["sk 1", "sk-1\nx", "sk-ü", "s" * 3000])
def test_malformed_key_is_not_sent_or_shown(key: str) -> None:
    with pytest.raises(ProviderFailure) as refused:
        find_key(OPENAI, {"OPENAI_API_KEY": key})
    assert key not in str(refused.value)


@pytest.mark.usefixtures("without_key_store")
def test_missing_key_says_what_to_set() -> None:
    with pytest.raises(ProviderFailure, match="set OPENAI_API_KEY") as refused:
        find_key(OPENAI, {})
    assert "no key store that is safe" in refused.value.problem
    assert "--ask-key" in refused.value.fix


@pytest.mark.usefixtures("without_key_store")
def test_nothing_is_stored_without_safe_store() -> None:
    assert keychain.state() == (Outcome.NO_SAFE_STORE, "")
    assert keep("openai") == Outcome.NO_SAFE_STORE


@pytest.mark.long
def test_hanging_key_store_times_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    slow.chmod(0o700)
    monkeypatch.setattr(keychain.sys, "executable", str(slow))
    monkeypatch.setattr(keychain, "KEY_STORE_TIMEOUT_S", 0.2)
    with pytest.raises(ProviderFailure, match="is it locked"):
        find_key(OPENAI, {})


def test_key_store_process_has_clean_environment() -> None:
    inherited = {
        "OPENAI_API_KEY": PLANTED,
        "ACME_CREDENTIAL": PLANTED,
        "PYTHON_KEYRING_BACKEND": "planted.Keyring",
        "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/planted",
        "HOME": "/home/me",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
    }
    assert set(keychain.environment(inherited)) == {"HOME", "DBUS_SESSION_BUS_ADDRESS"}


def test_only_encrypting_stores_are_used() -> None:
    names = [name for names in SAFE_STORES.values() for name in names]
    assert not [name for name in names if any(word in name for word in ("null", "fail", "chainer", "file"))]


@needs_secret_service
def test_key_is_stored_found_and_deleted(key_store: SecretService) -> None:
    assert keychain.state() == (Outcome.DONE, "SecretService")
    assert keychain.read("openai") == (Outcome.NOTHING_STORED, "")
    assert keep("openai") == Outcome.DONE
    assert find_key(OPENAI, {}) == PLANTED
    assert find_key(OPENAI, {"OPENAI_API_KEY": "sk-1"}) == "sk-1", "the environment comes first"
    assert keychain.delete("openai") is Outcome.DONE
    assert keychain.delete("openai") is Outcome.NOTHING_STORED


@needs_secret_service
def test_key_of_own_address_belongs_to_its_host(key_store: SecretService) -> None:
    mine, other = own("https://llm.example.com/v1"), own("https://llm.example.org/v1")
    assert keep(key_name(mine)) == Outcome.DONE
    assert keychain.names(["openai"])[1] == ["llm.example.com:443"]
    assert find_key(mine, {}) == PLANTED
    assert find_key(other, {}) is None
    assert keychain.delete(key_name(mine)) is Outcome.DONE
    assert keychain.names(["openai"]) == (Outcome.DONE, [])


@needs_secret_service
def test_gateway_does_not_get_stored_provider_key(
    key_store: SecretService,
) -> None:
    assert keep("anthropic") == Outcome.DONE
    gateway = own("anthropic@https://gateway.example.org/v1")
    with pytest.raises(ProviderFailure, match=r"cuecard keys set https://gateway\.example\.org/v1"):
        find_key(gateway, {})
    assert find_key(own("anthropic"), {}) == PLANTED


def test_both_openai_protocols_share_key() -> None:
    assert key_name(own("openai-chat")) == key_name(own("openai")) == "openai"


@needs_secret_service
def test_key_store_is_not_used_for_local_server(key_store: SecretService) -> None:
    assert keep("127.0.0.1:8000") == Outcome.DONE
    assert find_key(own("http://127.0.0.1:8000/v1"), {}) is None
    named = own("http://127.0.0.1:8000/v1", key_variable="MY_KEY")
    assert find_key(named, {"MY_KEY": "sk-1"}) == "sk-1"


@needs_secret_service
@pytest.mark.parametrize("key", ["", "two words", "sk-ü", "s" * 3000])
def test_malformed_key_is_not_stored(key_store: SecretService, key: str) -> None:
    assert keep("openai", key) == Outcome.NO_KEY
    assert keychain.read("openai")[0] is Outcome.NOTHING_STORED


@needs_secret_service
def test_locked_store_is_reported_without_prompt(key_store: SecretService) -> None:
    keep("openai")
    key_store.lock()
    assert keychain.state() == (Outcome.LOCKED, "SecretService")
    with pytest.raises(ProviderFailure, match=r"is locked.*unlock the key store, or set OPENAI_API_KEY"):
        find_key(OPENAI, {})


@pytest.mark.long
@needs_secret_service
def test_store_waiting_for_unlock_times_out(
    key_store: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("openai")
    key_store.lock()
    key_store.ask_nobody_for_the_password()
    monkeypatch.setattr(keychain, "KEY_STORE_TIMEOUT_S", 1.5)
    with pytest.raises(ProviderFailure, match="did not answer in time; is it locked"):
        find_key(OPENAI, {})
    assert keychain.names(["openai"], limit_s=1.5) == (Outcome.TIMED_OUT, [])
    assert keychain.delete("openai", limit_s=1.5) is Outcome.TIMED_OUT
    assert keychain.state() == (Outcome.LOCKED, "SecretService"), "does not wait for a prompt"


PLANTED_BACKEND = """
import pathlib, keyring.backend
pathlib.Path({trace!r}).write_text("loaded")
class Keyring(keyring.backend.KeyringBackend):
    priority = 100
    def get_password(self, service, name): return {key!r}
    def set_password(self, service, name, key): pathlib.Path({trace!r}).write_text(key)
    def delete_password(self, service, name): pass
"""


@needs_secret_service
@pytest.mark.parametrize("place", ["environment", "settings file", "working directory"])
def test_planted_backend_is_never_loaded(
    key_store: SecretService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    trace = tmp_path / "trace"
    program = PLANTED_BACKEND.format(trace=str(trace), key=PLANTED)
    (tmp_path / "planted.py").write_text(program)
    if place == "environment":
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "planted.Keyring")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    elif place == "settings file":
        settings = Path(key_store.environment["XDG_CONFIG_HOME"]) / "python_keyring" / "keyringrc.cfg"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"[backend]\ndefault-keyring=planted.Keyring\nkeyring-path={tmp_path}\n")
    else:
        (tmp_path / "keyring.py").write_text(f"import pathlib; pathlib.Path({str(trace)!r}).write_text('x')")
        monkeypatch.chdir(tmp_path)
    assert keychain.read("openai") == (Outcome.NOTHING_STORED, "")
    assert not trace.exists()


@needs_secret_service
@pytest.mark.parametrize("backend", ["null", "fail", "chainer"])
def test_keyring_settings_do_not_choose_store(key_store: SecretService, backend: str) -> None:
    name = {"chainer": "ChainerBackend"}.get(backend, "Keyring")
    settings = Path(key_store.environment["XDG_CONFIG_HOME"]) / "python_keyring" / "keyringrc.cfg"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[backend]\ndefault-keyring=keyring.backends.{backend}.{name}\n")
    assert keep("openai") == Outcome.DONE
    assert keychain.read("openai") == (Outcome.DONE, PLANTED)


def test_small_model_key_is_per_run() -> None:
    assert small_model_key(b"one") == small_model_key(b"one")
    assert small_model_key(b"one") != small_model_key(b"two")
    assert "one" not in small_model_key(b"one")
