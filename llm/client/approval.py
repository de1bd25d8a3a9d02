"""Lets a request go only when the user has seen it: what `--confirm` asks for. Use it on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.failures import ProviderFailure
from bus.messages import Event, RequestHeld


class NotApproved(ProviderFailure):
    """The user looked at a request and did not let it go."""

    def __init__(self) -> None:
        super().__init__("you did not let the request go", kept="nothing was sent", fix="ask again")


class Approval:
    """Waits for the user's word, one request a question at a time.

    Args:
        publish: Takes the events.
    """

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self._allowed: RequestHeld | None = None

    async def ask(self, held: RequestHeld) -> None:
        """Show the request and return when it may go; the user may take as long as they want.

        The same once more, because the line broke, goes without a word.

        Raises:
            NotAllowed: The user does not want it to go.
        """
        if held == self._allowed:
            return
        answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[held.question] = answered
        self._publish(held)
        try:
            if not await answered:
                raise NotApproved
            self._allowed = held
        finally:
            del self._waiting[held.question]

    def judge(self, question: int, *, allowed: bool) -> None:
        """Take the user's word; for a request that does not wait it means nothing."""
        waiting = self._waiting.get(question)
        if waiting is not None and not waiting.done():
            waiting.set_result(allowed)
