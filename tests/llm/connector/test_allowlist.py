"""Allowlist: named providers, this machine, proxies."""

from __future__ import annotations

import pytest

from llm.connector.allowlist import Allowlist, normalized_host
from llm.settings import LlmSettings


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("provider", "host", "port"),
    [
        ("openai", "api.openai.com", 443),
        ("anthropic", "api.anthropic.com", 443),
        ("https://llm.Example.org/v1", "llm.example.ORG", 443),
        ("https://llm.example.org:8443/v1", "llm.example.org", 8443),
        ("anthropic@https://gateway.example.org/v1", "gateway.example.org", 443),
        ("https://[2001:db8::0:1]/v1", "2001:db8::1", 443),
        ("https://bücher.example/v1", "xn--bcher-kva.example", 443),
    ],
)
def test_named_provider_is_allowed_at_its_port(provider: str, host: str, port: int) -> None:
    allowed = Allowlist(LlmSettings(provider=provider))
    assert allowed(host, port)
    assert not allowed(host, port + 1)
    assert not allowed(f"{host}.evil.example", port)
    assert not Allowlist(LlmSettings())(host, port)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_always_allowed(host: str) -> None:
    assert Allowlist(LlmSettings(provider="none"))(host, 40123)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "10.0.0.1", "169.254.169.254", "127.1", "2130706433", "0x7f.1", ":::", ".",
     "localhost.evil.example", "127.0.0.1.nip.io", "::ffff:8.8.8.8"],
)  # fmt: skip
def test_names_like_this_machine_are_not_allowed(host: str) -> None:
    assert not Allowlist(LlmSettings())(host, 443)


def test_fallback_and_later_choices_are_allowed() -> None:
    chosen: list[str] = []
    allowed = Allowlist(LlmSettings(provider="openai", fallback_provider="groq"), lambda: chosen)
    assert allowed("api.groq.com", 443)
    assert not allowed("api.x.ai", 443)
    chosen.append("xai")
    assert allowed("api.x.ai", 443)
    assert allowed("api.openai.com", 443), "it is used until the new connection is open"


@pytest.mark.parametrize(
    "nonsense", ["", "nobody", "https://", "ftp://x", "https://[::", "http://10.0.0.1/v1"]
)
def test_invalid_provider_allows_nothing(nonsense: str) -> None:
    allowed = Allowlist(LlmSettings(provider=nonsense), lambda: [nonsense])
    assert not allowed("10.0.0.1", 80)
    assert not allowed("x", 443)


def test_only_proxy_is_allowed_where_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:word@proxy.example.org:3128")
    monkeypatch.setenv("NO_PROXY", "api.groq.com")
    settings = LlmSettings(provider="openai", fallback_provider="groq", environment_proxy=True)
    allowed = Allowlist(settings)
    assert allowed("proxy.example.org", 3128)
    assert not allowed("api.openai.com", 443)
    assert allowed("api.groq.com", 443), "it is exempt from the proxy"
    assert not Allowlist(LlmSettings(provider="openai"))("proxy.example.org", 3128), "not used unasked"


def test_invalid_proxy_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example.org:1080")
    allowed = Allowlist(LlmSettings(provider="openai", environment_proxy=True))
    assert not allowed("proxy.example.org", 1080)
    assert not allowed("api.openai.com", 443)


def test_host_names_are_normalized_as_httpx_does() -> None:
    httpx = pytest.importorskip("httpx")
    for name in ("API.example.org", "bücher.example", "straße.example", "127.0.0.1"):
        assert normalized_host(name) == httpx.URL(f"https://{name}/").raw_host.decode()
