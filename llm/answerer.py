"""Asks for answers, one question at a time, on a thread of its own.

The newest question wins: the answer under way is stopped at once, its connection closed. Every question
that is handed in is closed by AnswerFinished or AnswerStopped, whatever happens. The stage's loop only
hands things over and never waits for the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bus.failures import Failure
from bus.messages import Event, ProblemMet
from bus.process import unexpected
from llm.answer import Answer
from llm.answer_stream import AnswerStream, TimeLimits
from llm.chat_completions import ChatStream
from llm.connection import Connection, Connector, SmallModel
from llm.providers import dialect
from llm.refusals import Refusal, wait_before_retry_s
from llm.request import AnswerRequest, request_body
from llm.settings import LlmSettings

NEWER_QUESTION = "a newer question"
_STOP_WITHIN_S = 2.0


@dataclass(frozen=True)
class Order:
    """A question to be answered."""

    question: int
    request: AnswerRequest


class Answerer:
    """The thread that asks.

    Args:
        settings: Who is asked, and how long things may take.
        run_token: By which the small model's server knows us.
        say: Takes events; may be called from any thread.
    """

    def __init__(self, settings: LlmSettings, run_token: bytes, say: Callable[[Event], None]) -> None:
        self._settings = settings
        self._say = say
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_report)
        self._small = SmallModel()
        self._connector = Connector(settings, self._small, run_token, say)
        self._connecting: asyncio.Task[Connection] | None = None
        self._answer: Answer | None = None
        self._task: asyncio.Task[None] | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._told = ""
        self._thread = threading.Thread(target=self._loop.run_forever, name="answerer", daemon=True)
        self._thread.start()

    def warm_up(self) -> None:
        """Find the provider and open the connection before the first question."""
        self._loop.call_soon_threadsafe(self._do, self._warm())

    def ask(self, order: Order) -> None:
        """Answer this question, and none before it."""
        self._loop.call_soon_threadsafe(self._replace, order)

    def stop(self, cause: str) -> None:
        """Stop the answer under way."""
        self._loop.call_soon_threadsafe(self._stop, cause)

    def small_model_moved(self, address: str) -> None:
        """Note where the small model's server is; empty while it is started again."""
        self._loop.call_soon_threadsafe(self._small_moved, address)

    def small_model_given_up(self) -> None:
        """Note that the small model's server will not come back."""
        self._loop.call_soon_threadsafe(self._small.given_up)

    def close(self, cause: str) -> None:
        """Stop the answer under way, close the connection and end the thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(cause), self._loop)
        with contextlib.suppress(TimeoutError):
            closing.result(_STOP_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_WITHIN_S)
        if not self._thread.is_alive():
            self._loop.close()

    # --- on the thread's loop ---------------------------------------------------------------------------

    def _replace(self, order: Order) -> None:
        self._stop(NEWER_QUESTION)
        self._answer = Answer(order.question, self._say)
        self._task = self._loop.create_task(self._reply(order, self._answer))

    def _stop(self, cause: str) -> None:
        if self._answer is not None:
            self._answer.stop(cause)
        if self._task is not None:
            self._task.cancel()

    async def _reply(self, order: Order, answer: Answer) -> None:
        """Answer one question; the answer is closed when this returns."""
        try:
            await self._with_retries(order, answer)
            self._told = ""
        except Failure as failure:
            self._tell_once(failure)
            answer.stop(failure.what, failure.todo)
        except Exception as error:
            self._say(ProblemMet(stage="llm", what=unexpected(error)))
            answer.stop("an error of our own", "ask again")

    async def _with_retries(self, order: Order, answer: Answer) -> None:
        limits, retries = self._limits(), 0
        while True:
            try:
                connection = await self._connected()
                if retries == 0:
                    limits = self._limits()  # a server that was just being started is not held against it
                return await self._attempt(connection, order, answer, limits)
            except Refusal as refusal:
                if refusal.unreachable:
                    await self._disconnect()
                wait_s = wait_before_retry_s(refusal, retries, limits.first_token_s - self._loop.time())
                if answer.text or wait_s is None:
                    raise
                await asyncio.sleep(wait_s)
                retries += 1

    def _limits(self) -> TimeLimits:
        now_s, settings = self._loop.time(), self._settings
        return TimeLimits(now_s + settings.first_token_timeout_s, now_s + settings.total_timeout_s)

    async def _attempt(
        self, connection: Connection, order: Order, answer: Answer, limits: TimeLimits
    ) -> None:
        provider, model = connection.provider, connection.model

        def finish(chat: ChatStream) -> None:
            answer.finish(
                model=chat.model or model,
                stop_reason=chat.stop_reason,
                prompt_tokens=chat.prompt_tokens,
                answer_tokens=chat.answer_tokens,
            )

        body = request_body(order.request, model=model, dialect=dialect(provider, self._settings))
        stream = AnswerStream(connection.line, limits, answer.grow, finish)
        await stream.run(body, question=order.question, model=model)

    async def _connected(self) -> Connection:
        """Return the warm connection, or make one. Cancelling the wait does not cancel the making."""
        if self._connecting is None or (self._connecting.done() and _failed(self._connecting)):
            self._connecting = self._loop.create_task(self._connector.connect())
        return await asyncio.shield(self._connecting)

    async def _disconnect(self) -> None:
        connecting, self._connecting = self._connecting, None
        if connecting is not None and connecting.done() and not _failed(connecting):
            await connecting.result().line.close()

    async def _warm(self) -> None:
        try:
            await self._connected()
        except Failure as failure:
            self._tell_once(failure)

    def _small_moved(self, address: str) -> None:
        self._small.moved(address)
        connecting = self._connecting
        if connecting is not None and connecting.done() and not _failed(connecting):
            connection = connecting.result()
            if connection.provider.small and connection.provider.base_url != address:
                self._do(self._disconnect())

    def _tell_once(self, failure: Failure) -> None:
        """Report a failure unless it is what was reported last."""
        if failure.what != self._told:
            self._told = failure.what
            self._say(ProblemMet(stage="llm", what=failure.what, kept=failure.kept, todo=failure.todo))

    async def _close(self, cause: str) -> None:
        self._stop(cause)
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await self._disconnect()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._loop.shutdown_default_executor()

    def _do(self, chore: Coroutine[Any, Any, None]) -> None:
        """Do something beside the answers; the loop itself keeps no hold on its tasks."""
        task = self._loop.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or task.exception() is not None


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody caught, in one line: asyncio's own report may quote what was said."""
    error = context.get("exception")
    words = unexpected(error) if isinstance(error, BaseException) else context["message"]
    print(f"cuecard llm: {words}", file=sys.stderr, flush=True)
