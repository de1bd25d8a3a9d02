"""Choice of the proxy for a provider."""

from __future__ import annotations

import pytest

from bus.failures import SettingsFailure
from llm.connector.proxies import proxy_for, proxy_shown
from llm.providers import KNOWN
from llm.settings import LlmSettings

ALLOWED = LlmSettings(environment_proxy=True)
OPENAI, OLLAMA = KNOWN["openai"], KNOWN["ollama"]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_no_proxy_by_default() -> None:
    assert proxy_for(OPENAI, ALLOWED) == proxy_shown(OPENAI, ALLOWED) == ""


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("HTTPS_PROXY", "http://proxy.example.org:3128", "proxy.example.org:3128"),
        ("https_proxy", "http://user:word@proxy.example.org:3128/", "proxy.example.org:3128"),
        ("ALL_PROXY", "proxy.example.org", "proxy.example.org:80"),
        ("HTTPS_PROXY", "https://proxy.example.org", "proxy.example.org:443"),
        ("HTTP_PROXY", "http://proxy.example.org:3128", ""),
    ],
)
def test_proxy_is_shown_without_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert proxy_shown(OPENAI, ALLOWED) == shown
    assert proxy_shown(OPENAI, LlmSettings()) == "", "it is not used unasked"
    assert proxy_shown(OLLAMA, ALLOWED) == "", "nor for this machine"


def test_no_proxy_hosts_are_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    monkeypatch.setenv("NO_PROXY", "api.openai.com")
    assert proxy_for(OPENAI, ALLOWED) == ""
    assert proxy_for(KNOWN["groq"], ALLOWED) != ""


@pytest.mark.parametrize(
    "address", ["socks5://u:word@proxy:1", "http://u:word@", "http://u:word@proxy:99999", "http://u:word@[::"]
)
def test_invalid_proxy_is_rejected_without_quoting_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(SettingsFailure) as refused:
        proxy_for(OPENAI, ALLOWED)
    assert "word" not in str(refused.value)
