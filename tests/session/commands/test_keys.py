from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llm.settings import LlmSettings
from session.keys import providers_with_keys
from tests.support.fake_provider import ProviderServer, json_reply
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.secret_service import SecretService, missing_programs, secret_service

PLANTED = "sk-planted-0123456789"

Done = subprocess.CompletedProcess[str]
Keys = Callable[..., Done]

needs_secret_service = pytest.mark.skipif(
    bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}"
)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("k")


@pytest.fixture
def key_store(place: Path) -> Iterator[SecretService]:
    with secret_service(place) as service:
        yield service


def environment(place: Path, **changes: str) -> dict[str, str]:
    """Return an environment without keys and without a key store."""
    keyless = {name: value for name, value in os.environ.items() if "API_KEY" not in name}
    nobody = {
        "HOME": str(place),
        "XDG_CONFIG_HOME": str(place / "config"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={place / 'nobody'}",
    }
    return {**keyless, **nobody, "PYTHONWARNINGS": "error", **changes}


@pytest.fixture
def keys(place: Path) -> Keys:
    """Run `cuecard keys …` without a key store, unless the changes to the environment lead to one."""

    def run(*arguments: str, given: str = "", **changes: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "session", "keys", *arguments],
            env=environment(place, **changes),
            input=given,
            text=True,
            capture_output=True,
            check=False,
        )

    return run


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


def rows(done: Done) -> dict[str, list[str]]:
    return {
        row["provider"]: row["kept_in"] for row in map(json.loads, done.stdout.splitlines()) if row["kept_in"]
    }


def test_list_without_keys_is_a_sentence(keys: Keys) -> None:
    done = keys("list")
    assert done.stdout.startswith("no key was found")
    assert "searched for: anthropic" in done.stdout
    assert "–" not in done.stdout


@pytest.mark.long
@needs_secret_service
def test_a_key_is_set_from_a_pipe_listed_and_deleted(key_store: SecretService, keys: Keys) -> None:
    there = key_store.environment
    done = [
        keys("set", "openai", given=f"{PLANTED}\n", **there),
        keys("set", "https://llm.example.com/v1", given=PLANTED, **there),
        keys("list", "--json", GROQ_API_KEY=PLANTED, **there),
        keys("list", **there),
        keys("delete", "openai", **there),
        keys("delete", "https://llm.example.com/v1", **there),
    ]
    assert [each.returncode for each in done] == [0] * len(done), [each.stderr for each in done]
    assert rows(done[2]) == {
        "openai": ["key store"],
        "groq": ["GROQ_API_KEY"],
        "llm.example.com:443": ["key store"],
    }
    assert not [each for each in done if PLANTED[3:9] in each.stdout + each.stderr]
    assert rows(keys("list", "--json", **there)) == {}
    assert keys("delete", "openai", **there).returncode == 2


@needs_secret_service
def test_a_key_is_typed_unseen(key_store: SecretService, keys: Keys, place: Path) -> None:
    there = environment(place, **key_store.environment)
    with PseudoTerminal("-m", "session", "keys", "set", "openai", environment=there) as terminal:
        terminal.type_at("Key for openai (it is not shown)", PLANTED)
        assert terminal.end() == 0, terminal.shown
    assert "is stored in the system's key store" in terminal.shown
    assert PLANTED not in terminal.shown
    assert rows(keys("list", "--json", **key_store.environment)) == {"openai": ["key store"]}


@pytest.mark.long
@needs_secret_service
def test_locked_key_store_is_reported_with_alternatives(key_store: SecretService, keys: Keys) -> None:
    key_store.lock()
    for command, given in (("set", PLANTED), ("delete", "")):
        done = keys(command, "openai", given=given, **key_store.environment)
        assert done.returncode == 6
        assert "is locked" in done.stderr
        assert "set OPENAI_API_KEY, or type the key for one session: cuecard run --ask-key" in done.stderr
    listed = keys("list", "--json", OPENAI_API_KEY=PLANTED, **key_store.environment)
    assert (listed.returncode, rows(listed)) == (0, {"openai": ["OPENAI_API_KEY"]})
    assert "is locked; its keys are not shown" in listed.stderr


def test_without_key_store_no_key_is_prompted_or_written(keys: Keys, place: Path) -> None:
    done = keys("set", "openai", given=PLANTED)
    assert done.returncode == 6
    assert "no key store that is safe to use; no key was changed" in done.stderr
    assert "set OPENAI_API_KEY, or type the key for one session" in done.stderr
    assert not [path for path in place.rglob("*") if path.is_file() and PLANTED in path.read_text()]


@pytest.mark.parametrize(
    ("provider", "says", "code"),
    [
        ("opnai", "did you mean 'openai'?", 3),
        ("auto", "is not one provider", 2),
        ("ollama", "runs on this machine", 2),
        ("http://127.0.0.1:8000/v1", "key_variable in [llm]", 2),
        ("http://llm.example.com/v1", "unencrypted", 3),
    ],
)
def test_unstorable_key_is_refused_before_it_is_read(keys: Keys, provider: str, says: str, code: int) -> None:
    done = keys("set", provider, given=PLANTED)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_a_key_given_as_an_argument_is_refused(keys: Keys) -> None:
    assert keys("set", "openai", PLANTED).returncode == 2


@pytest.mark.parametrize(
    ("reply", "says", "code"),
    [
        ((), "accepted", 0),
        ((json_reply({"error": {"message": f"bad {PLANTED}"}}, "401 Unauthorized"),), "rejected", 8),
        ((json_reply({"error": {"message": "down"}}, "500 Internal Server Error"),), "unclear", 8),
    ],
)
def test_key_check_requests_the_model_list_only(
    keys: Keys, provider: ProviderServer, reply: tuple[bytes, ...], says: str, code: int
) -> None:
    provider.list_reply = reply
    done = keys(
        "test",
        provider.base_url,
        MY_ODD_KEY=PLANTED,
        CUECARD_LLM_PROVIDER=provider.base_url,
        CUECARD_LLM_KEY_VARIABLE="MY_ODD_KEY",
    )
    assert (done.returncode, says in done.stdout + done.stderr) == (code, True), done.stderr
    assert PLANTED not in done.stdout + done.stderr
    assert {(request.method, request.body) for request in provider.requests} == {("GET", b"")}
    assert {request.headers["authorization"] for request in provider.requests} == {f"Bearer {PLANTED}"}


def test_missing_provider_is_unreachable(keys: Keys, provider: ProviderServer) -> None:
    address = provider.base_url
    provider.close()
    done = keys("test", address)
    assert (done.returncode, "unreachable" in done.stderr) == (8, True), done.stderr


def test_configured_key_variable_is_for_its_provider_only() -> None:
    settings = LlmSettings(provider="https://a.example/v1", key_variable="MY_ODD_KEY")
    found = {name: provider.key_variables for name, provider in providers_with_keys(settings).items()}
    assert found["a.example:443"] == ("MY_ODD_KEY",)
    assert [name for name, variables in found.items() if "MY_ODD_KEY" in variables] == ["a.example:443"]
    assert found["openai"] == ("OPENAI_API_KEY",)
