"""The cards of models."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from session.models.cards import CARDS, ModelCard
from session.models.catalogue import CATALOGUE


def test_every_model_has_a_card() -> None:
    assert list(CARDS) == list(CATALOGUE)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_is_whole_and_its_figures_are_possible(card: ModelCard) -> None:
    texts = (card.trained_on, card.biases, card.link)
    assert all(text and text.isprintable() and "|" not in text for text in texts)
    assert bool(card.measured) is bool(card.word_errors), "figures have a date"
    for each in card.word_errors:
        assert 0 <= each.low <= each.percent <= each.high
        assert 0 < each.speakers <= each.clips < each.words


def test_models_of_other_kinds_have_no_word_errors() -> None:
    assert not [name for name, card in CARDS.items() if card.word_errors and not CATALOGUE[name].transcribes]


def test_show_prints_the_card() -> None:
    command = [sys.executable, "-m", "session", "models", "show", "base"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = " ".join(shown.split())
    assert "680,000 hours" in words
    assert "licence MIT" in words
    assert "non-native 12 3 248" in words
    exact = subprocess.run([*command, "--json"], capture_output=True, check=True).stdout
    assert msgspec.json.decode(exact)["trained_on"] == CARDS["base"].trained_on
