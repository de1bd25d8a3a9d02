"""Rows of a provider's card, which window and terminal share. Pure."""

from __future__ import annotations

from bus.messages import ProviderCard
from overlay.texts import strings


def card_rows(card: ProviderCard) -> list[tuple[str, str]]:
    """Return the rows of a provider's card: label and text."""
    return [
        (strings.CARD_KEEPS, card.keeps),
        (strings.CARD_TRAINS, card.trains),
        (strings.CARD_REGION, card.region),
        (strings.CARD_NO_RETENTION, card.no_retention),
        (strings.CARD_LINK, card.link),
        (strings.CARD_CHECKED, card.checked.isoformat()),
    ]
