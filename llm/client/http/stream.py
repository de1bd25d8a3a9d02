"""Streams one attempt at an answer until the provider completes it.

Keeps the time and size limits. Retries and cancelling are the caller's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from llm.client import errors, response_errors
from llm.client.connection import Connection
from llm.client.errors import RequestFailed
from llm.client.http.connection import HttpResponse
from llm.client.retry import TimeLimits
from llm.protocols.content import decoded
from llm.protocols.endings import LENGTH, STOP
from llm.protocols.errors import ReportedError, StreamFailed, error_in
from llm.protocols.protocol import Reply, refuses_system_role
from llm.protocols.sse import EventTooLong, ServerEvent, SseParser
from llm.protocols.visible.output import VisibleDelta
from llm.protocols.visible.visible_text import VisibleText

MAX_ANSWER_CHARACTERS = 100_000
"""A longer answer is cut off."""

_THOUGHTS_PER_ANSWER = 10
"""Reasoning may be this many times longer."""

_COUNTS_TIMEOUT_S = 1.0
"""How long to wait, after the last text, for the token counts and the formal end."""

_DRAIN_TIMEOUT_S = 0.3
"""How long to wait, after the formal end, for the connection to become free for the next question."""

_SHORTEST_LOOP, _LONGEST_LOOP, _LOOPS = 12, 160, 3


class Append(Protocol):
    """Receives a piece of visible text."""

    def __call__(self, added: str, received_ns: int, *, replaces: bool) -> None:
        """Append the piece, or replace all text with it."""


class AnswerStream:
    """One attempt at one answer.

    Args:
        connection: The connection and the model.
        limits: Deadlines.
        append: Receives each piece of visible text, the monotonic time in ns at which it arrived, and whether
            it replaces all earlier text.
        finish: Called once, when the answer is complete.
    """

    def __init__(
        self,
        connection: Connection,
        limits: TimeLimits,
        append: Append,
        finish: Callable[[Reply], None],
    ) -> None:
        self._connection = connection
        self._http = connection.http
        self._provider = connection.provider
        self._limits = limits
        self._append = append
        self._finish = finish
        self.reply = connection.provider.protocol.reply()
        """State of the answer, with the token counts of one that failed as well."""
        self.text = ""
        """The visible text so far."""
        self.received_characters = 0
        """Visible text and reasoning."""
        self._visible = VisibleText(starts_in_reasoning=connection.dialect.starts_in_reasoning)
        self._redaction = connection.http.key_redaction()
        self.accepted = False
        """The provider accepted the request and began to stream; its tokens count, whatever follows."""
        self._finished = False

    @property
    def _thinks(self) -> bool:
        """Whether the model has begun to reason, in a field of its own or in its text."""
        return self.reply.thinking or self._visible.thought or self._visible.holding

    async def run(self, body: bytes, *, question: int) -> None:
        """Send the body and read the answer to its end.

        Raises:
            RequestFailed: There is no answer, or it is incomplete.
        """
        model = self._connection.model
        path = self._provider.protocol.ask_path(model)
        try:
            async with (
                asyncio.timeout_at(self._limits.first_token_s) as limit,
                self._http.post(path, body, question=question, model=model) as response,
            ):
                await self._check(response)
                self.accepted = True
                if _is_one_value(response.content_type):
                    self._feed_whole(await response.text(), response.content_type)
                else:
                    await self._read(response, limit)
        except TimeoutError:
            if not self.reply.complete:
                self._show_rest()
                raise errors.timed_out(self._provider, begun=bool(self.text), thinking=self._thinks) from None
        except RequestFailed:
            self._show_rest()
            raise
        if not self.reply.complete:
            self._show_rest()
            raise errors.stopped_early(self._provider)
        self._end()

    async def _check(self, response: HttpResponse) -> None:
        """Raise for a response that is not a stream."""
        if response.status != 200:
            error = error_in(await response.text())
            template_failed = response.status == 500 and refuses_system_role(error.message)
            if response.status in (400, 422) or template_failed:
                self._drop_unsupported_fields(error)
            raise response_errors.refused(
                self._provider,
                response.status,
                response.headers,
                error,
                model=self._connection.model,
                listed=self._connection.models,
            )
        if "html" in response.content_type:
            raise response_errors.not_a_stream(
                self._provider, response.content_type, error_in(await response.text())
            )

    def _feed_whole(self, body: str, content_type: str) -> None:
        """Read the body of a server that answered in one piece although a stream was requested."""
        error = error_in(body)
        try:
            if decoded(body) is not None:
                self._feed([ServerEvent("message", body)], time.monotonic_ns())
                self.reply.complete = self.reply.complete or self.received_characters > 0
                self.reply.stop_reason = self.reply.stop_reason or STOP
            else:  # a stream with the wrong content type
                parser = SseParser()
                self._feed(self._events(parser, body.encode()) + parser.rest(), time.monotonic_ns())
        except RequestFailed:
            if not self.received_characters:
                raise response_errors.not_a_stream(self._provider, content_type, error) from None
            raise
        if not self.received_characters and not self.reply.complete:
            raise response_errors.not_a_stream(self._provider, content_type, error)

    async def _read(self, response: HttpResponse, limit: asyncio.Timeout) -> None:
        loop, parser = asyncio.get_running_loop(), SseParser()
        async for chunk, received_ns in response.chunks():
            if self._finished:
                continue  # read the body to its end, so that the connection can be reused
            self._feed(self._events(parser, chunk), received_ns)
            if self._provider.small and repeats(self.text):
                self.reply.complete, self.reply.stop_reason = True, "repetition"
                return
            if self.reply.done:
                self._end()
                limit.reschedule(loop.time() + _DRAIN_TIMEOUT_S)
            elif self.reply.complete:
                limit.reschedule(min(loop.time() + _COUNTS_TIMEOUT_S, self._limits.total_s))
            elif self.text or self._thinks:
                limit.reschedule(self._limits.total_s)
        if not self._finished:
            self._feed(parser.rest(), time.monotonic_ns())

    def _events(self, parser: SseParser, chunk: bytes) -> list[ServerEvent]:
        try:
            return parser.feed(chunk)
        except EventTooLong:
            raise errors.too_long(self._provider) from None

    def _feed(self, events: list[ServerEvent], received_ns: int) -> None:
        added = ""
        try:
            for event in events:
                added += self.reply.feed(event)
        except StreamFailed as failed:
            if not (self.received_characters or added) and refuses_system_role(failed.error.message):
                self._drop_unsupported_fields(failed.error)
            raise self._aborted(failed.error) from None
        finally:  # text before an error in the same chunk still counts
            self._receive(added, received_ns)
        longest = max(len(self.text), self.received_characters // _THOUGHTS_PER_ANSWER)
        if longest > MAX_ANSWER_CHARACTERS:
            raise errors.too_long(self._provider)

    def _receive(self, added: str, received_ns: int) -> None:
        self.received_characters += len(added)
        if self.reply.thinking and self._visible.holding:
            self._show(self._visible.release(), received_ns)
        if added:
            self._show(self._visible.feed(added), received_ns)

    def _show_rest(self) -> None:
        """Show the text that becomes visible at the end."""
        cut_off = not self.reply.complete or self.reply.stop_reason == LENGTH
        self._show(self._visible.finish(cut_off=cut_off), time.monotonic_ns())
        if rest := self._redaction.finish():
            self._publish(rest, time.monotonic_ns(), replaces=False)
        self._connection.note_reasoning(starts_in_reasoning=self._visible.starts_in_reasoning)

    def _show(self, delta: VisibleDelta, received_ns: int) -> None:
        if delta.replaces:
            self._redaction.restart()
        text = self._redaction.feed(delta.text)
        if text or delta.replaces:
            self._publish(text, received_ns, replaces=delta.replaces)

    def _publish(self, text: str, received_ns: int, *, replaces: bool) -> None:
        self.text = text if replaces else self.text + text
        self._append(text, received_ns, replaces=replaces)

    def _end(self) -> None:
        if self._finished:
            return
        self._finished = True
        self.reply.model = self._http.redact_key(self.reply.model)
        self.reply.stop_reason = self._http.redact_key(self.reply.stop_reason)
        self._show_rest()
        if self.reply.declined:
            raise errors.declined(self._provider, self.reply.stop_reason)
        if self.reply.failure is not None:
            raise self._aborted(self.reply.failure)
        if not self.text:
            raise errors.empty_answer(self._provider, self.reply.stop_reason, thought=self._visible.thought)
        self._finish(self.reply)

    def _drop_unsupported_fields(self, error: ReportedError) -> None:
        """Raise UnsupportedField when the field that the provider rejects can be left out."""
        if self._connection.drop_unsupported_fields(error.message):
            raise response_errors.unsupported_field(self._provider, error)

    def _aborted(self, error: ReportedError) -> RequestFailed:
        return response_errors.aborted(
            self._provider, replace(error, message=self._http.redact_key(error.message))
        )


def repeats(text: str) -> bool:
    """Return whether the text ends in the same 12 to 160 characters three times in a row.

    Small models may repeat themselves endlessly.
    """
    longest = min(_LONGEST_LOOP, len(text) // _LOOPS)
    return any(text.endswith(text[-unit:] * _LOOPS) for unit in range(_SHORTEST_LOOP, longest + 1))


def _is_one_value(content_type: str) -> bool:
    """Return whether a body of this type is one JSON value, not one value per line."""
    return "json" in content_type and not any(
        word in content_type for word in ("ndjson", "jsonl", "stream", "seq")
    )
