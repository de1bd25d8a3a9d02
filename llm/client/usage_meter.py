"""Counts tokens and cost of answers, and enforces the spending limits.

Token counts are the provider's; for an answer that was cut off or cancelled they are estimated from the bytes
sent and the characters received.
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
"""Approximate value for English text with the tokenizer of any provider."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one attempt."""

    prompt_tokens: int
    cached_tokens: int
    answer_tokens: int
    estimated: bool


def usage_of(reply: Reply, body: bytes, characters: int) -> Usage:
    """Return the tokens of an attempt: as the provider counted, or else estimated."""
    counted = reply.complete and reply.prompt_tokens > 0
    answer_tokens = reply.answer_tokens if counted else max(reply.answer_tokens, _tokens(characters))
    prompt_tokens = reply.prompt_tokens or _tokens(len(body))
    return Usage(prompt_tokens, reply.cached_tokens, answer_tokens, estimated=not counted)


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


class UsageMeter:
    """Usage of the session and the day. Use it on one event loop.

    Args:
        settings: The limits.
        table: Prices of tokens.
        budget: Usage so far.
        publish: Publishes events.
    """

    def __init__(
        self, settings: LlmSettings, table: Prices, budget: Budget, publish: Callable[[Event], None]
    ) -> None:
        self._settings = settings
        self._prices = table
        self._budget = budget
        self._publish = publish
        self._warned = False

    def restore(self, counted: UsageCounted) -> None:
        """Add usage that this stage counted in this session before a restart; the day includes it already."""
        self._budget.restore(
            cost=counted.cost,
            prompt_tokens=counted.prompt_tokens,
            answer_tokens=counted.answer_tokens,
        )

    def check_limits(self) -> None:
        """Check the spending limits.

        Raises:
            ProviderFailure: A limit is reached.
        """
        reached = self._budget.limit_reached(self._settings)
        if reached:
            what, _, fix = reached.partition("; ")
            raise ProviderFailure(
                what, kept="nothing was sent; the transcript continues, and your notes are shown", fix=fix
            )

    def _warn_of_unknown_price(self, cost: float | None) -> None:
        """Report once that a limit in dollars cannot be enforced without a price."""
        limited = self._settings.session_limit or self._settings.day_limit
        if cost is None and limited and not self._warned:
            self._warned = True
            self._publish(
                ProblemReported(
                    stage="llm",
                    problem="the price of this model is unknown, so the limit in dollars cannot be enforced",
                    kept="requests and tokens are counted",
                    fix=f"add its price to {prices.user_prices()}, or set session_requests_limit in [llm]",
                )
            )

    def count(self, question: int, connection: Connection, usage: Usage, *, wasted: bool) -> None:
        """Count an attempt that the provider accepted."""
        cost = self._cost(connection, usage)
        self._warn_of_unknown_price(cost)
        self._budget.add(cost=cost, prompt_tokens=usage.prompt_tokens, answer_tokens=usage.answer_tokens)
        totals = self._budget.totals
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
                session_cost=totals.session.cost,
                day_cost=totals.day.cost,
                session_requests=totals.session.requests,
                day_requests=totals.day.requests,
            )
        )

    def _cost(self, connection: Connection, usage: Usage) -> float | None:
        provider, model = connection.provider, connection.model
        if not leaves_machine(provider, model):
            return 0.0
        return self._prices.cost(
            key_name(provider), model, usage.prompt_tokens, usage.cached_tokens, usage.answer_tokens
        )
