"""Holds a request until the user approves it, as `--confirm` demands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.failures import ProviderFailure
from bus.messages import Event, RequestHeld


class NotApproved(ProviderFailure):
    """The user did not approve a request."""

    def __init__(self) -> None:
        super().__init__("you did not approve the request", kept="nothing was sent", fix="ask again")


class Approval:
    """Waits for the user's decision, one request per question. Use it on one event loop."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self._approved: RequestHeld | None = None

    async def request(self, held: RequestHeld) -> None:
        """Show the request and return when it is approved, however long the user takes.

        An identical request, as after a lost connection, needs no second approval.

        Raises:
            NotApproved: The user rejected it.
        """
        if held == self._approved:
            return
        decision: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[held.question] = decision
        self._publish(held)
        try:
            if not await decision:
                raise NotApproved
            self._approved = held
        finally:
            del self._waiting[held.question]

    def resolve(self, question: int, *, allowed: bool) -> None:
        """Apply the user's decision; ignored when no such request waits."""
        waiting = self._waiting.get(question)
        if waiting is not None and not waiting.done():
            waiting.set_result(allowed)
