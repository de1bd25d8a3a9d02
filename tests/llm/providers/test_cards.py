"""The cards of hosted providers: complete, dated, and true of the requests."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest

from bus.messages import ProviderCard
from llm.prompt import AnswerPrompt
from llm.providers import CARD_LASTS, KNOWN, Provider, cards
from llm.providers.provider import dialect
from llm.settings import LlmSettings

HOSTED = [provider for provider in KNOWN.values() if not provider.local]


def body(provider: Provider) -> dict[str, Any]:
    prompt = AnswerPrompt(question="Why?")
    encoded = provider.protocol.body(prompt, "a-model", dialect(provider, "a-model", LlmSettings()))
    return dict(msgspec.json.decode(encoded))


def test_every_hosted_provider_has_a_card_and_no_local_one_has() -> None:
    assert set(cards()) == {provider.name for provider in HOSTED}


@pytest.mark.parametrize(("name", "card"), cards().items(), ids=cards())
def test_a_card_is_not_older_than_a_year(name: str, card: ProviderCard) -> None:
    age = datetime.date.today() - card.checked
    assert datetime.timedelta() <= age <= CARD_LASTS, (
        f"the card of {name} is of {card.checked}. Read {card.link} again, correct the card in "
        f"llm/providers/{name.replace('-', '_')}.py, set `checked` to that day, and run `make docs`"
    )


@pytest.mark.parametrize("card", cards().values(), ids=cards())
def test_a_card_says_everything_in_one_line_each(card: ProviderCard) -> None:
    texts = (card.keeps, card.trains, card.region, card.no_retention)
    assert all(text.isprintable() and text == text.strip() and text for text in texts)
    assert "|" not in "".join(texts), "PRIVACY.md has them in a table"
    assert card.link.startswith("https://")


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.name)
def test_requests_say_what_the_card_says_they_do(provider: Provider) -> None:
    sent = body(provider)
    assert {name: sent.get(name) for name in provider.keep_nothing} == provider.keep_nothing
    assert provider.card is not None
    assert ("each request says store: false" in provider.card.no_retention) is (sent.get("store") is False)
    assert "store" not in sent or sent["store"] is False
    assert "inference_geo" not in sent, "the card of Anthropic says that no region is demanded"


def test_a_gateway_has_no_card_of_the_provider_behind_it() -> None:
    assert KNOWN["anthropic"].at("https://gateway.example.org/v1").card is None
