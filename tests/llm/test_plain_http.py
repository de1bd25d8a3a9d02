"""Plain http to a server of the user's own: only on their word, and without anybody else's key."""

from __future__ import annotations

import pytest

from bus.failures import SettingsFailure
from llm.connector.allowlist import Allowlist
from llm.providers import named_provider
from llm.settings import LlmSettings


@pytest.mark.parametrize(
    "given", ["http://192.168.1.20:11434/v1", "192.168.1.20:11434", "ollama@http://nas:11434/v1"]
)
def test_plain_http_elsewhere_needs_the_users_word(given: str) -> None:
    with pytest.raises(SettingsFailure) as refused:
        named_provider(LlmSettings(), given)
    assert "anybody on the network in between can read your questions" in refused.value.problem
    assert "--allow-plain-http" in refused.value.fix


@pytest.mark.parametrize("allowed", ["192.168.1.20", " 192.168.1.20 ", "nas", "NAS", "[fd00::5]"])
def test_an_allowed_host_is_asked_without_other_keys(allowed: str) -> None:
    host = allowed.strip().lower()
    settings = LlmSettings(provider=f"http://{host}:11434/v1", allow_plain_http=[allowed])
    provider = named_provider(settings)
    assert provider is not None
    assert (provider.encrypted, provider.local, provider.key_variables) == (False, False, ())
    assert Allowlist(settings)(host.strip("[]"), 11434)
    assert not Allowlist(settings)(host.strip("[]"), 80)
    named = LlmSettings(provider=settings.provider, allow_plain_http=[allowed], key_variable="MY_KEY")
    assert getattr(named_provider(named), "key_variables", None) == ("MY_KEY",)


def test_a_known_providers_key_goes_to_no_plain_gateway() -> None:
    settings = LlmSettings(provider="openai@http://nas:8000/v1", allow_plain_http=["nas"])
    assert getattr(named_provider(settings), "key_variables", None) == ()
