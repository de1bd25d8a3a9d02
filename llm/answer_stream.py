"""One attempt at an answer: a body goes out, text comes in, until the provider says that it is complete.

Moves bytes between the line, the parser and whoever shows the text, and keeps the time limits. Retries and
cancelling are the caller's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from llm import refusals
from llm.chat_completions import PATH, ChatStream, ProviderError, StreamFailed, error_in
from llm.refusals import Refusal
from llm.repetition import repeats
from llm.sse import EventTooLong, ServerEvent, SseParser
from llm.transport import Incoming, Line

LARGEST_ANSWER_CHARACTERS = 100_000
"""An answer beyond this is cut off."""

_COUNTS_WITHIN_S = 1.0
"""How long to wait, after the last word, for the token counts and the formal end."""

_FREE_WITHIN_S = 0.3
"""How long to wait, after the formal end, for the connection to become free for the next question."""


@dataclass(frozen=True)
class TimeLimits:
    """When to give up, as times of the event loop's clock."""

    first_token_s: float
    total_s: float


class AnswerStream:
    """One attempt at one answer.

    Args:
        line: The line to the provider.
        limits: When to give up.
        grow: Is given each piece of text and the monotonic time in ns at which it arrived.
        finish: Is called once, when the answer is complete.
    """

    def __init__(
        self,
        line: Line,
        limits: TimeLimits,
        grow: Callable[[str, int], None],
        finish: Callable[[ChatStream], None],
    ) -> None:
        self._line = line
        self._limits = limits
        self._grow = grow
        self._finish = finish
        self._chat = ChatStream()
        self._text = ""
        self._finished = False

    @property
    def begun(self) -> bool:
        """Whether any of the answer is visible."""
        return bool(self._text)

    async def run(self, body: bytes, *, question: int, model: str) -> None:
        """Send the body and read the answer to its end.

        Raises:
            Refusal: There is no answer, or no more of it.
        """
        loop = asyncio.get_running_loop()
        try:
            async with (
                asyncio.timeout_at(self._limits.first_token_s) as limit,
                self._line.post(PATH, body, question=question, model=model) as incoming,
            ):
                await self._check(incoming)
                await self._read(incoming, limit, loop)
        except TimeoutError:
            if not self._chat.complete:
                raise self._late() from None
        if not self._chat.complete:
            raise Refusal(
                f"{self._line.provider.name} stopped in the middle of its answer",
                todo="ask again",
                may_retry=True,
            )
        self._end()

    async def _check(self, incoming: Incoming) -> None:
        """Refuse what is no stream."""
        provider = self._line.provider
        if incoming.status != 200:
            error = error_in(await incoming.whole())
            raise refusals.refused(provider, incoming.status, incoming.headers, error)
        if "json" in incoming.content_type or "html" in incoming.content_type:
            raise refusals.no_stream(provider, incoming.content_type, error_in(await incoming.whole()))

    async def _read(
        self, incoming: Incoming, limit: asyncio.Timeout, loop: asyncio.AbstractEventLoop
    ) -> None:
        parser = SseParser()
        async for chunk, received_ns in incoming.chunks():
            if self._finished:
                continue  # only to the end of the body, so that the connection can be used again
            self._take(self._events(parser, chunk), received_ns)
            if self._looped():
                return
            if self._chat.done:
                self._end()
                limit.reschedule(loop.time() + _FREE_WITHIN_S)
            elif self._chat.complete:
                limit.reschedule(min(loop.time() + _COUNTS_WITHIN_S, self._limits.total_s))
            elif self.begun or self._chat.thinking:
                limit.reschedule(self._limits.total_s)

    def _events(self, parser: SseParser, chunk: bytes) -> list[ServerEvent]:
        try:
            return parser.feed(chunk)
        except EventTooLong:
            raise Refusal(
                f"{self._line.provider.name} sent something far too long to be a piece of an answer"
            ) from None

    def _take(self, events: list[ServerEvent], received_ns: int) -> None:
        added = ""
        try:
            for event in events:
                added += self._chat.take(event)
        except StreamFailed as failed:
            error = ProviderError(self._line.blot_out(failed.error.message), failed.error.code)
            raise refusals.broke_off(self._line.provider, error) from None
        finally:  # what came before an error in the same piece still counts
            if added:
                self._text += added
                self._grow(added, received_ns)
        if len(self._text) > LARGEST_ANSWER_CHARACTERS:
            raise Refusal(f"{self._line.provider.name} did not come to an end", todo="ask again")

    def _looped(self) -> bool:
        """Tell whether a small model has begun to repeat itself, and end its answer if so."""
        if not self._line.provider.small or not repeats(self._text):
            return False
        self._chat.complete, self._chat.stop_reason = True, "repetition"
        return True

    def _end(self) -> None:
        if not self._finished:
            self._finished = True
            if not self._text and self._chat.stop_reason != "content_filter":
                raise Refusal(
                    f"{self._line.provider.name} gave no visible answer",
                    todo="ask again, or use another model",
                )
            self._finish(self._chat)

    def _late(self) -> Refusal:
        name = self._line.provider.name
        if self.begun:
            return Refusal(
                f"{name} took too long to finish", todo="ask again, or raise total_timeout_s in [llm]"
            )
        return Refusal(
            f"{name} gave no first word in time", todo="ask again, or raise first_token_timeout_s in [llm]"
        )
