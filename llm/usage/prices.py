"""Prices of tokens, from a dated table that the user can override.

An unknown price stays unknown, because a wrong one would be worse.
"""

from __future__ import annotations

import datetime
import importlib.resources
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from bus.failures import SettingsFailure
from bus.settings import LARGEST_BYTES, tables_in

_TOKENS = 1_000_000

_VERSION = re.compile(r"(-(latest|preview|exp|beta))?(-(\d{3,8}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d{2}-\d{4}))?")
"""Suffix that does not make it another model: a date, or "latest"."""

Dollars = Annotated[float, msgspec.Meta(ge=0, le=100_000)]


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices of a model's tokens, in dollars per million."""

    prompt: Dollars
    answer: Dollars
    cached: Dollars | None = None
    """Prompt tokens from the provider's cache; priced like the others when None."""


class Prices:
    """The known prices.

    Args:
        table: By provider, then by model name or prefix.
        as_of: Date of the prices.
    """

    def __init__(self, table: Mapping[str, Mapping[str, Price]], as_of: datetime.date) -> None:
        self._table = table
        self.as_of = as_of

    def cost(
        self, provider: str, model: str, prompt_tokens: int, cached_tokens: int, answer_tokens: int
    ) -> float | None:
        """Return the cost of a request and its answer in dollars; None when the price is unknown.

        Args:
            provider: From `llm.keys.provider_keys.key_name`; host and port for the user's own address.
            model: As requested, or as the answer names it.
            prompt_tokens: Including the cached.
            cached_tokens: From the provider's cache.
            answer_tokens: Including reasoning.
        """
        price = self.price(provider, model)
        if price is None:
            return None
        cached = min(max(cached_tokens, 0), prompt_tokens)
        cached_price = price.prompt if price.cached is None else price.cached
        dollars = (prompt_tokens - cached) * price.prompt + cached * cached_price
        return (dollars + answer_tokens * price.answer) / _TOKENS

    def price(self, provider: str, model: str) -> Price | None:
        """Return the price of a model, by the longest entry that matches."""
        table = self._table.get(provider, {})
        fitting = [name for name in table if _matches(name, model)]
        return table[max(fitting, key=len)] if fitting else None


def load(user_file: Path | None = None) -> Prices:
    """Return the built-in prices, overridden by the user's own.

    Args:
        user_file: Another file than the one beside the settings, for tests; may be missing.

    Raises:
        SettingsFailure: The user's file cannot be read or is invalid.
    """
    builtin = importlib.resources.files("llm.usage").joinpath("prices.toml").read_bytes()
    table, as_of = _decode(builtin)
    file = user_file or user_prices()
    try:
        if file.exists():
            with file.open("rb") as handle:
                overrides, override_date = _decode(handle.read(LARGEST_BYTES + 1))
            as_of = override_date or as_of
            for provider, prices in overrides.items():
                table[provider] = {**table.get(provider, {}), **prices}
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsFailure(
            f"the price table {file} cannot be used ({error})",
            kept="nothing was started, and the file is untouched",
            fix='correct it; under [provider] a line reads "model" = { prompt = 1.25, answer = 10.0 }',
        ) from error
    assert as_of is not None, "the built-in table has a date"
    return Prices(table, as_of)


def user_prices() -> Path:
    """Return the path of the user's own prices, beside the settings."""
    return Path(platformdirs.user_config_dir("cuecard", appauthor=False)) / "prices.toml"


def _decode(body: bytes) -> tuple[dict[str, dict[str, Price]], datetime.date | None]:
    tables = tables_in(body)
    as_of = msgspec.convert(tables.pop("as_of", None), datetime.date | None)
    return msgspec.convert(tables, dict[str, dict[str, Price]]), as_of


def _matches(name: str, model: str) -> bool:
    if name.endswith("*"):
        return model.startswith(name[:-1])
    return model.startswith(name) and _VERSION.fullmatch(model, len(name)) is not None
