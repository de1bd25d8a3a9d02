"""The test request: one question, every byte shown, in a sandbox."""

from __future__ import annotations

import sys

import pytest

from bus.failures import SettingsFailure
from llm.client.discovery.trial import QUESTION, try_provider
from llm.settings import LlmSettings
from tests.support.fake_provider import ProviderServer, answer, json_reply


def test_every_byte_is_returned_and_the_answer(provider: ProviderServer) -> None:
    provider.script = [answer("Hello ", "there.")]
    done = try_provider(LlmSettings(notes=["/etc/hostname"]), provider.base_url)
    (asked,) = provider.asked
    assert [sent.body for sent in done.sent] == [asked.body.decode()]
    assert QUESTION in done.sent[0].body
    assert (done.answer, done.problem, done.model) == ("Hello there.", "", "test-model")


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox")
def test_it_runs_in_a_sandbox(provider: ProviderServer) -> None:
    provider.script = [answer("Hello.")]
    done = try_provider(LlmSettings(), provider.base_url)
    assert "no sockets but to the internet" in done.sandbox
    assert "writes no file" in done.sandbox


def test_a_field_that_the_provider_rejects_is_left_out(provider: ProviderServer) -> None:
    rejected = {"error": {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}}
    provider.script = [[json_reply(rejected, "400 Bad Request")], answer("Hello.")]
    done = try_provider(LlmSettings(), provider.base_url)
    assert (done.answer, len(done.sent)) == ("Hello.", 2)
    assert "temperature" not in done.sent[1].body


def test_a_key_goes_to_its_own_provider_only(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.script = [answer("Hello.")]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    monkeypatch.setenv("CUECARD_API_KEY", "sk-planted-9876543210")
    try_provider(LlmSettings(), provider.base_url)
    assert "planted" not in str(provider.requests)


def test_a_missing_key_is_a_sentence_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    done = try_provider(LlmSettings(), "openai")
    assert "there is no key for openai" in done.problem
    assert (done.sent, done.answer) == ([], "")


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(SettingsFailure, match="opnai"):
        try_provider(LlmSettings(), "opnai")
