"""Counts what answers cost, and stops asking beyond the limits. Use it on one event loop.

Providers count tokens and we take their word; of an answer that was cut or cancelled they say little, so its
tokens are worked out from the bytes that were sent and the letters that came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bus.failures import ProviderFailure
from bus.messages import Event, ProblemReported, UsageCounted
from llm.client.connection import Connection
from llm.keys.provider_keys import key_name
from llm.protocols.protocol import Reply
from llm.providers import leaves_machine
from llm.settings import LlmSettings
from llm.usage import prices
from llm.usage.daily_counts import Budget
from llm.usage.prices import Prices

CHARACTERS_PER_TOKEN = 4
"""Of English, about, by every provider's way of cutting words."""


@dataclass(frozen=True)
class Usage:
    """What one attempt used."""

    prompt_tokens: int
    cached_tokens: int
    answer_tokens: int
    estimated: bool


def usage_of(reply: Reply, body: bytes, characters: int) -> Usage:
    """Return what an attempt used: as the provider counted, else estimated from the characters received."""
    counted = reply.complete and reply.prompt_tokens > 0
    answer_tokens = reply.answer_tokens if counted else max(reply.answer_tokens, _tokens(characters))
    prompt_tokens = reply.prompt_tokens or _tokens(len(body))
    return Usage(prompt_tokens, reply.cached_tokens, answer_tokens, estimated=not counted)


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


class UsageMeter:
    """What the session and the day have come to.

    Args:
        settings: The limits.
        table: What tokens cost.
        budget: What was spent so far.
        publish: Takes the events.
    """

    def __init__(
        self, settings: LlmSettings, table: Prices, budget: Budget, publish: Callable[[Event], None]
    ) -> None:
        self._settings = settings
        self._prices = table
        self._budget = budget
        self._publish = publish
        self._warned = False

    def recall(self, counted: UsageCounted) -> None:
        """Take in what an earlier life of this stage spent in this session; the day knows already."""
        self._budget.recall(
            cost=counted.cost,
            prompt_tokens=counted.prompt_tokens,
            answer_tokens=counted.answer_tokens,
        )

    def refuse_beyond_limits(self) -> None:
        """Do nothing while the limits hold.

        Raises:
            ProviderFailure: One of them is reached.
        """
        reached = self._budget.limit_reached(self._settings)
        if reached:
            what, _, fix = reached.partition("; ")
            raise ProviderFailure(
                what, kept="nothing was sent; the transcript goes on, and your notes are shown", fix=fix
            )

    def _warn_of_unknown_price(self, cost: float | None) -> None:
        """Say once that a limit in dollars cannot hold where the price is not known."""
        limited = self._settings.session_limit or self._settings.day_limit
        if cost is None and limited and not self._warned:
            self._warned = True
            self._publish(
                ProblemReported(
                    stage="llm",
                    problem="the price of this model is not known, so the limit in dollars cannot hold",
                    kept="requests and tokens are counted",
                    fix=f"add its price to {prices.user_prices()}, or set session_requests_limit in [llm]",
                )
            )

    def count(self, question: int, connection: Connection, usage: Usage, *, wasted: bool) -> None:
        """Count an attempt that the provider took."""
        cost = self._cost(connection, usage)
        self._warn_of_unknown_price(cost)
        self._budget.add(cost=cost, prompt_tokens=usage.prompt_tokens, answer_tokens=usage.answer_tokens)
        spent = self._budget.spending
        self._publish(
            UsageCounted(
                question=question,
                provider=connection.provider.name,
                model=connection.model,
                prompt_tokens=usage.prompt_tokens,
                cached_tokens=usage.cached_tokens,
                answer_tokens=usage.answer_tokens,
                estimated=usage.estimated,
                wasted=wasted,
                cost=cost,
                session_cost=spent.session_cost,
                day_cost=spent.day_cost,
                session_requests=spent.session.requests,
                day_requests=spent.day.requests,
            )
        )

    def _cost(self, connection: Connection, usage: Usage) -> float | None:
        provider, model = connection.provider, connection.model
        if not leaves_machine(provider, model):
            return 0.0
        return self._prices.cost(
            key_name(provider), model, usage.prompt_tokens, usage.cached_tokens, usage.answer_tokens
        )
