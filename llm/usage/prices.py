"""What an answer costs, by a dated table that the user may mend.

Knows nothing about who was asked or how often. A price that is not known stays unknown: a wrong one would be
worse than none.
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
"""What may follow a model's name without making it another model: a date, or that it is the latest."""

Dollars = Annotated[float, msgspec.Meta(ge=0, le=100_000)]


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model's tokens cost, in dollars for a million."""

    prompt: Dollars
    answer: Dollars
    cached: Dollars | None = None
    """Tokens of the prompt that the provider had kept; as the rest of it when None."""


class Prices:
    """The prices that are known.

    Args:
        table: By provider, then by the name or the beginning of the name of a model.
        as_of: When they were the providers'.
    """

    def __init__(self, table: Mapping[str, Mapping[str, Price]], as_of: datetime.date) -> None:
        self._table = table
        self.as_of = as_of

    def cost(
        self, provider: str, model: str, prompt_tokens: int, cached_tokens: int, answer_tokens: int
    ) -> float | None:
        """Return what a request and its answer cost in dollars, or None where the price is not known.

        Args:
            provider: As `llm.keys.provider_keys.key_name` has it: for an own address, host and port.
            model: As it was asked for, or as the answer names it.
            prompt_tokens: All of them, the cached included.
            cached_tokens: Those that the provider had kept.
            answer_tokens: All of them, those that were only thought included.
        """
        price = self.price(provider, model)
        if price is None:
            return None
        cached = min(max(cached_tokens, 0), prompt_tokens)
        cached_price = price.prompt if price.cached is None else price.cached
        dollars = (prompt_tokens - cached) * price.prompt + cached * cached_price
        return (dollars + answer_tokens * price.answer) / _TOKENS

    def price(self, provider: str, model: str) -> Price | None:
        """Return what a model costs, by the longest name that stands for it."""
        table = self._table.get(provider, {})
        fitting = [name for name in table if _stands_for(name, model)]
        return table[max(fitting, key=len)] if fitting else None


def load(user_file: Path | None = None) -> Prices:
    """Return the prices that come with the program, mended by the user's own.

    Args:
        user_file: In the place of the one beside the settings; it need not be there.

    Raises:
        SettingsFailure: The user's file cannot be read or does not fit.
    """
    own = importlib.resources.files("llm.usage").joinpath("prices.toml").read_bytes()
    table, as_of = _decode(own)
    file = user_file or user_prices()
    try:
        if file.exists():
            with file.open("rb") as handle:
                mended, mended_as_of = _decode(handle.read(LARGEST_BYTES + 1))
            as_of = mended_as_of or as_of
            for provider, prices in mended.items():
                table[provider] = {**table.get(provider, {}), **prices}
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsFailure(
            f"the price table {file} cannot be used ({error})",
            kept="nothing was started, and the file is untouched",
            fix='mend it; under [provider] a line reads "model" = { prompt = 1.25, answer = 10.0 }',
        ) from error
    assert as_of is not None, "the program's own table has its date"
    return Prices(table, as_of)


def user_prices() -> Path:
    """Return where the user's own prices are: beside the settings."""
    return Path(platformdirs.user_config_dir("cuecard", appauthor=False)) / "prices.toml"


def _decode(body: bytes) -> tuple[dict[str, dict[str, Price]], datetime.date | None]:
    tables = tables_in(body)
    as_of = msgspec.convert(tables.pop("as_of", None), datetime.date | None)
    return msgspec.convert(tables, dict[str, dict[str, Price]]), as_of


def _stands_for(name: str, model: str) -> bool:
    if name.endswith("*"):
        return model.startswith(name[:-1])
    return model.startswith(name) and _VERSION.fullmatch(model, len(name)) is not None
