"""Prices of tokens."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.failures import SettingsFailure
from llm.usage import prices
from llm.usage.prices import Price, Prices

TABLE = Prices(
    {
        "acme": {
            "m": Price(prompt=1.0, answer=10.0),
            "m-mini": Price(prompt=0.1, cached=0.01, answer=1.0),
            "m-2024-05-13": Price(prompt=5.0, answer=15.0),
            "house/*": Price(prompt=0.0, answer=2.0),
        }
    },
    datetime.date(2026, 8, 5),
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Path of the user's own table."""
    return tmp_path / "prices.toml"


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("m", 11.0),
        ("m-2025-08-07", 11.0),
        ("m-2024-05-13", 20.0),
        ("m-20250807", 11.0),
        ("m-latest", 11.0),
        ("m-preview-09-2025", 11.0),
        ("m-001", 11.0),
        ("m-mini", 1.1),
        ("m-mini-2025-04-14", 1.1),
        ("house/anything-at-all", 2.0),
        ("m-pro", None),
        ("m.2", None),
        ("m2", None),
        ("n", None),
        ("", None),
    ],
)
def test_longest_matching_name_has_the_price(model: str, dollars: float | None) -> None:
    assert TABLE.cost("acme", model, 1_000_000, 0, 1_000_000) == pytest.approx(dollars)


def test_unknown_provider_has_no_prices() -> None:
    assert TABLE.cost("nobody", "m", 1, 0, 1) is None


def test_cached_tokens_are_part_of_prompt() -> None:
    assert TABLE.cost("acme", "m-mini", 1_000_000, 400_000, 0) == pytest.approx(0.06 + 0.004)
    assert TABLE.cost("acme", "m", 1_000_000, 400_000, 0) == pytest.approx(1.0), "no price of their own"
    assert TABLE.cost("acme", "m-mini", 100, 900, 0) == pytest.approx(100 * 0.01 / 1e6), "never more than all"


@given(st.integers(0, 10**6), st.integers(-5, 10**6), st.integers(0, 10**6))
def test_cost_is_never_negative(prompt: int, cached: int, answer: int) -> None:
    cost = TABLE.cost("acme", "m-mini", prompt, cached, answer)
    assert cost is not None
    assert 0 <= cost <= (prompt * 0.1 + answer * 1.0) / 1e6 + 1e-12


def test_builtin_table_is_dated_and_complete(own: Path) -> None:
    loaded = prices.load(own)
    assert loaded.as_of >= datetime.date(2026, 8, 5)
    for provider, model in [
        ("openai", "gpt-4.1-mini-2025-04-14"),
        ("anthropic", "claude-haiku-4-5-20251001"),
        ("gemini", "gemini-2.5-flash"),
        ("groq", "llama-3.3-70b-versatile"),
        ("xai", "grok-4-fast-non-reasoning"),
    ]:
        price = loaded.price(provider, model)
        assert price is not None, model
        assert (price.cached or 0) < price.prompt < price.answer


def test_user_table_overrides_builtin(own: Path) -> None:
    own.write_text(
        'as_of = 2027-01-01\n[openai]\n"gpt-4.1" = {prompt = 7, answer = 9}\n'
        '["llm.example.com:443"]\n"*" = {prompt = 1, answer = 1}\n'
    )
    loaded = prices.load(own)
    assert loaded.as_of == datetime.date(2027, 1, 1)
    assert loaded.price("openai", "gpt-4.1") == Price(prompt=7, answer=9)
    assert loaded.price("openai", "gpt-4.1-mini") == prices.load(own.with_name("none")).price(
        "openai", "gpt-4.1-mini"
    )
    assert loaded.price("llm.example.com:443", "whatever") == Price(prompt=1, answer=1)


@pytest.mark.parametrize(
    "text",
    [
        "[openai",
        "openai = 3",
        '[openai]\n"m" = 3',
        '[openai]\n"m" = {prompt = 1}',
        '[openai]\n"m" = {prompt = -1, answer = 1}',
        '[openai]\n"m" = {prompt = nan, answer = 1}',
        '[openai]\n"m" = {prompt = inf, answer = 1}',
        '[openai]\n"m" = {prompt = 1, answer = 1, promt = 2}',
        'as_of = "soon"',
        "\xff",
    ],
)
def test_invalid_table_is_reported_and_untouched(own: Path, text: str) -> None:
    own.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsFailure, match=r"prices\.toml cannot be used"):
        prices.load(own)
    assert own.read_bytes() == text.encode("latin-1")
