"""One attempt at an answer: a body goes out, text comes in, until the provider says that it is complete.

Moves bytes between the line, the parser and whoever shows the text, and keeps the time limits. Retries and
cancelling are the caller's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from llm.client import errors as refusals
from llm.client.connection import Connection
from llm.client.errors import RequestFailed
from llm.client.http_connection import HttpResponse
from llm.client.repetition import repeats
from llm.protocols.content import decoded
from llm.protocols.endings import LENGTH, STOP
from llm.protocols.errors import ReportedError, StreamFailed, error_in
from llm.protocols.protocol import Reply, refuses_system_role
from llm.protocols.sse import EventTooLong, ServerEvent, SseParser
from llm.protocols.visible_text import VisibleDelta, VisibleText

LARGEST_ANSWER_CHARACTERS = 100_000
"""An answer beyond this is cut off."""

_THOUGHTS_PER_ANSWER = 10
"""So many times that length may be thoughts."""

_COUNTS_WITHIN_S = 1.0
"""How long to wait, after the last word, for the token counts and the formal end."""

_FREE_WITHIN_S = 0.3
"""How long to wait, after the formal end, for the connection to become free for the next question."""


@dataclass(frozen=True)
class TimeLimits:
    """When to give up, as times of the event loop's clock."""

    first_token_s: float
    total_s: float


class Append(Protocol):
    """Receives a piece of visible text."""

    def __call__(self, added: str, received_ns: int, *, replaces: bool) -> None:
        """Append the piece, or start over with it."""


class AnswerStream:
    """One attempt at one answer.

    Args:
        connection: The line to the provider, and which model to ask.
        limits: When to give up.
        grow: Receives each piece of visible text, the monotonic time in ns at which it arrived, and whether
            it replaces all text before it.
        finish: Is called once, when the answer is complete.
    """

    def __init__(
        self,
        connection: Connection,
        limits: TimeLimits,
        grow: Append,
        finish: Callable[[Reply], None],
    ) -> None:
        self._connection = connection
        self._line = connection.line
        self._limits = limits
        self._grow = grow
        self._finish = finish
        self.reply = connection.provider.protocol.reply()
        """What has been learnt so far, the counts of an answer that did not end well included."""
        self.text = ""
        """The visible text so far."""
        self.received_characters = 0
        """Of text and of thoughts among the text."""
        self._visible = VisibleText(begins_in_thoughts=connection.dialect.begins_in_thoughts)
        self.accepted = False
        """The provider took the request and began to stream; what it did counts, whatever comes of it."""
        self._finished = False

    @property
    def begun(self) -> bool:
        """Whether any of the answer is visible."""
        return bool(self.text)

    @property
    def _thinks(self) -> bool:
        """Whether the model has begun to reason, out of sight or among its text."""
        return self.reply.thinking or self._visible.thought or self._visible.holding

    async def run(self, body: bytes, *, question: int) -> None:
        """Send the body and read the answer to its end.

        Raises:
            Refusal: There is no answer, or no more of it.
        """
        loop, model = asyncio.get_running_loop(), self._connection.model
        path = self._line.provider.protocol.ask_path(model)
        try:
            async with (
                asyncio.timeout_at(self._limits.first_token_s) as limit,
                self._line.post(path, body, question=question, model=model) as incoming,
            ):
                await self._check(incoming)
                self.accepted = True
                if _is_one_value(incoming.content_type):
                    self._take_whole(await incoming.whole(), incoming.content_type)
                else:
                    await self._read(incoming, limit, loop)
        except TimeoutError:
            if not self.reply.complete:
                self._show_rest()
                raise self._late() from None
        except RequestFailed:
            self._show_rest()
            raise
        if not self.reply.complete:
            self._show_rest()
            raise RequestFailed(
                f"{self._line.provider.name} stopped in the middle of its answer",
                fix="ask again",
                may_retry=True,
            )
        self._end()

    async def _check(self, incoming: HttpResponse) -> None:
        """Refuse what is no stream."""
        provider = self._line.provider
        if incoming.status != 200:
            error = error_in(await incoming.whole())
            template_failed = incoming.status == 500 and refuses_system_role(error.message)
            if incoming.status in (400, 422) or template_failed:
                self._speak_plainer(error)
            raise refusals.refused(
                provider,
                incoming.status,
                incoming.headers,
                error,
                model=self._connection.model,
                listed=self._connection.models,
            )
        if "html" in incoming.content_type:
            raise refusals.no_stream(provider, incoming.content_type, error_in(await incoming.whole()))

    def _take_whole(self, body: str, content_type: str) -> None:
        """Take in the body of a server that answered in one piece, although a stream was asked for."""
        error = error_in(body)
        try:
            if decoded(body) is not None:
                self._take([ServerEvent("message", body)], time.monotonic_ns())
                self.reply.complete = self.reply.complete or self.received_characters > 0
                self.reply.stop_reason = self.reply.stop_reason or STOP
            else:  # a stream with a wrong name
                parser = SseParser()
                self._take(self._events(parser, body.encode()) + parser.rest(), time.monotonic_ns())
        except RequestFailed:
            if not self.received_characters:
                raise refusals.no_stream(self._line.provider, content_type, error) from None
            raise
        if not self.received_characters and not self.reply.complete:
            raise refusals.no_stream(self._line.provider, content_type, error)

    async def _read(
        self, incoming: HttpResponse, limit: asyncio.Timeout, loop: asyncio.AbstractEventLoop
    ) -> None:
        parser = SseParser()
        async for chunk, received_ns in incoming.chunks():
            if self._finished:
                continue  # only to the end of the body, so that the connection can be used again
            self._take(self._events(parser, chunk), received_ns)
            if self._looped():
                return
            if self.reply.done:
                self._end()
                limit.reschedule(loop.time() + _FREE_WITHIN_S)
            elif self.reply.complete:
                limit.reschedule(min(loop.time() + _COUNTS_WITHIN_S, self._limits.total_s))
            elif self.begun or self._thinks:
                limit.reschedule(self._limits.total_s)
        if not self._finished:
            self._take(parser.rest(), time.monotonic_ns())

    def _events(self, parser: SseParser, chunk: bytes) -> list[ServerEvent]:
        try:
            return parser.feed(chunk)
        except EventTooLong:
            raise RequestFailed(
                f"{self._line.provider.name} sent something far too long to be a piece of an answer"
            ) from None

    def _take(self, events: list[ServerEvent], received_ns: int) -> None:
        added = ""
        try:
            for event in events:
                added += self.reply.feed(event)
        except StreamFailed as failed:
            if not (self.received_characters or added) and refuses_system_role(failed.error.message):
                self._speak_plainer(failed.error)
            raise self._broke_off(failed.error) from None
        finally:  # what came before an error in the same piece still counts
            self._receive(added, received_ns)
        largest = max(len(self.text), self.received_characters // _THOUGHTS_PER_ANSWER)
        if largest > LARGEST_ANSWER_CHARACTERS:
            raise RequestFailed(f"{self._line.provider.name} did not come to an end", fix="ask again")

    def _receive(self, added: str, received_ns: int) -> None:
        """Show what is visible of a piece of text."""
        self.received_characters += len(added)
        if self.reply.thinking and self._visible.holding:
            self._show(self._visible.release(), received_ns)
        if added:
            self._show(self._visible.feed(added), received_ns)

    def _show_rest(self) -> None:
        """Show what the end of the text makes visible."""
        cut_off = not self.reply.complete or self.reply.stop_reason == LENGTH
        self._show(self._visible.finish(cut_off=cut_off), time.monotonic_ns())
        self._connection.note_thoughts(begins_in_thoughts=self._visible.begins_in_thoughts)

    def _show(self, shown: VisibleDelta, received_ns: int) -> None:
        if shown.text or shown.replaces:
            text = self._line.redact_key(shown.text)  # a gateway may echo what it was sent
            self.text = text if shown.replaces else self.text + text
            self._grow(text, received_ns, replaces=shown.replaces)

    def _looped(self) -> bool:
        """Tell whether a small model has begun to repeat itself, and end its answer if so."""
        if not self._line.provider.small or not repeats(self.text):
            return False
        self.reply.complete, self.reply.stop_reason = True, "repetition"
        return True

    def _end(self) -> None:
        if self._finished:
            return
        self._finished = True
        self.reply.model = self._line.redact_key(self.reply.model)
        self.reply.stop_reason = self._line.redact_key(self.reply.stop_reason)
        self._show_rest()
        if self.reply.declined:
            raise refusals.declined(self._line.provider, self.reply.stop_reason)
        if self.reply.failure is not None:
            raise self._broke_off(self.reply.failure)
        if not self.text:
            raise refusals.nothing_visible(
                self._line.provider, self.reply.stop_reason, thought=self._visible.thought
            )
        self._finish(self.reply)

    def _speak_plainer(self, error: ReportedError) -> None:
        """Raise a refusal that leads to another attempt when what the provider refuses can be left out."""
        if self._connection.drop_unsupported_fields(error.message):
            raise refusals.too_elaborate(self._line.provider, error)

    def _broke_off(self, error: ReportedError) -> RequestFailed:
        hidden = replace(error, message=self._line.redact_key(error.message))
        return refusals.broke_off(self._line.provider, hidden)

    def _late(self) -> RequestFailed:
        name = self._line.provider.name
        if self.begun:
            return RequestFailed(
                f"{name} took too long to finish", fix="ask again, or raise total_timeout_s in [llm]"
            )
        if self._thinks:
            return RequestFailed(
                f"{name} was still thinking when its time was up",
                fix="raise total_timeout_s in [llm], or use a model that thinks less",
            )
        return RequestFailed(
            f"{name} gave no first word in time", fix="ask again, or raise first_token_timeout_s in [llm]"
        )


def _is_one_value(content_type: str) -> bool:
    """Return whether a body of this type is one JSON value, not one value a line."""
    return "json" in content_type and not any(
        word in content_type for word in ("ndjson", "jsonl", "stream", "seq")
    )
