"""Asks for answers, one question at a time, on a thread of its own.

The newest question wins: the answer under way is stopped at once, its connection closed. Every question
that is handed in is closed by AnswerFinished or AnswerStopped, whatever happens; one that was handed in early
only once it is released. The stage's loop only hands things over and never waits for the network.
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
from bus.messages import Event, ProblemMet, RequestHeld, UsageCounted
from bus.process import unexpected
from llm.answering import NEWER_QUESTION
from llm.asking.answer import Answer
from llm.asking.answer_stream import AnswerStream, TimeLimits
from llm.asking.connection import Connection, Connector, SmallModel
from llm.asking.permission import NotAllowed, Permission
from llm.asking.refusals import Refusal, wait_before_retry_s
from llm.asking.switchboard import Switchboard
from llm.orders import Drop, Order, Release, Step
from llm.protocols.protocol import Reply
from llm.providers import leaves_machine
from llm.settings import LlmSettings
from llm.spending import prices
from llm.spending.meter import Meter, usage_of
from llm.spending.spending_file import Budget

_STOP_WITHIN_S = 2.0


@dataclass(frozen=True)
class _Reply:
    """An answer and what works on it."""

    answer: Answer
    task: asyncio.Task[None]

    def stop(self, cause: str) -> None:
        self.answer.stop(cause)
        self.task.cancel()

    def discard(self) -> None:
        self.answer.discard()
        self.task.cancel()


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
        self._told = ""
        self._small = SmallModel()
        self._switchboard = Switchboard(settings, Connector(settings, self._small, run_token, say), say)
        self._permission = Permission(say)
        self._meter = Meter(settings, prices.load(), Budget(self._tell_once), say)
        self._current: _Reply | None = None
        self._early: _Reply | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="answerer", daemon=True)
        self._thread.start()

    def warm_up(self, provider: str, model: str) -> None:
        """Find this provider, open the connection before the first question, and keep it open."""
        self._hand_over(lambda: self._do(self._warm(provider, model)))

    def take(self, step: Step) -> None:
        """Answer a question, or let an early one's answer be seen, or throw it away."""
        self._hand_over(lambda: self._take(step))

    def judge(self, question: int, *, allowed: bool) -> None:
        """Let a held request go, or not."""
        self._hand_over(lambda: self._permission.judge(question, allowed=allowed))

    def use(self, provider: str, model: str) -> None:
        """Ask somebody else from now on; when that fails, the one before stays."""
        self._hand_over(lambda: self._do(self._use(provider, model)))

    def recall(self, counted: UsageCounted) -> None:
        """Take in what an earlier life of this stage has spent."""
        self._hand_over(lambda: self._meter.recall(counted))

    def small_model_moved(self, address: str) -> None:
        """Note where the small model's server is; empty while it is started again."""
        self._hand_over(lambda: self._small_moved(address))

    def small_model_given_up(self) -> None:
        """Note that the small model's server will not come back."""
        self._hand_over(self._small.given_up)

    def close(self, cause: str) -> None:
        """Stop the answer under way, close the connection and end the thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(cause), self._loop)
        with contextlib.suppress(TimeoutError):
            closing.result(_STOP_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_WITHIN_S)
        if not self._thread.is_alive():
            self._loop.close()

    def _hand_over(self, work: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(work)

    # --- on the thread's loop ---------------------------------------------------------------------------

    def _take(self, step: Step) -> None:
        match step:
            case Order(early=True):
                self._drop()
                self._early = self._begin(step)
            case Order():
                self._stop(NEWER_QUESTION)
                self._current = self._begin(step)
            case Release(question=question):
                self._release(question)
            case Drop():
                self._drop()

    def _begin(self, order: Order) -> _Reply:
        answer = Answer(order.question, self._say, held=order.early)
        return _Reply(answer, self._loop.create_task(self._reply(order, answer)))

    def _release(self, question: int) -> None:
        """Show an early answer: from here on it is the one under way."""
        early = self._early
        if early is not None and early.answer.question == question:
            self._stop(NEWER_QUESTION)
            self._current, self._early = early, None
            early.answer.release()

    def _drop(self) -> None:
        if self._early is not None:
            self._early.discard()
            self._early = None

    def _stop(self, cause: str) -> None:
        if self._current is not None:
            self._current.stop(cause)
            self._current = None

    async def _reply(self, order: Order, answer: Answer) -> None:
        """Answer one question; the answer is closed when this returns."""
        try:
            self._meter.refuse_beyond_limits()
            await self._with_fallback(order, answer)
            self._told = ""
        except Failure as failure:
            self._tell_once(failure)
            answer.stop(failure.what, failure.todo)
        except Exception as error:
            self._say(ProblemMet(stage="llm", what=unexpected(error)))
            answer.stop("an error of our own", "ask again")

    async def _with_fallback(self, order: Order, answer: Answer) -> None:
        """Ask the provider, and the other one when that does not answer."""
        try:
            await self._with_retries(order, answer)
        except NotAllowed:
            raise
        except Failure as failure:
            other = "" if answer.text else self._switchboard.fall_back()
            if not other:
                raise
            self._tell_once(failure, f"{other} is asked instead")
            await self._with_retries(order, answer)

    async def _with_retries(self, order: Order, answer: Answer) -> None:
        limits, retries = self._limits(), 0
        while True:
            try:
                connection = await self._switchboard.connected()
                if retries == 0:
                    limits = self._limits()  # a server that was just being started is not held against it
                return await self._attempt(connection, order, answer, limits)
            except Refusal as refusal:
                if refusal.unreachable:
                    await self._switchboard.hang_up()
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
        def finish(reply: Reply) -> None:
            answer.finish(
                model=reply.model or connection.model,
                stop_reason=reply.stop_reason,
                prompt_tokens=reply.prompt_tokens,
                answer_tokens=reply.answer_tokens,
            )

        body = connection.body(order.request)
        if self._settings.confirm:
            await self._ask_permission(connection, order, body)
            limits = self._limits()
        stream = AnswerStream(connection, limits, answer.grow, finish)
        wasted = True  # by whoever cancels it
        try:
            await stream.run(body, question=order.question)
            wasted = False
        except Refusal:
            wasted = False
            raise
        finally:
            if stream.accepted:
                usage = usage_of(stream.reply, body, stream.text)
                self._meter.count(order.question, connection, usage, wasted=wasted)

    async def _ask_permission(self, connection: Connection, order: Order, body: bytes) -> None:
        await self._permission.ask(
            RequestHeld(
                question=order.question,
                host=connection.provider.host,
                model=connection.model,
                body=body.decode(),
                body_bytes=len(body),
                left_machine=leaves_machine(connection.provider, connection.model),
            )
        )

    async def _warm(self, provider: str, model: str) -> None:
        self._switchboard.begin_with(provider, model)
        try:
            await self._switchboard.connected()
        except Failure as failure:
            self._tell_once(failure)
        await self._switchboard.keep_warm()

    async def _use(self, provider: str, model: str) -> None:
        try:
            await self._switchboard.use(provider, model)
            self._told = ""
        except Failure as failure:
            self._say(
                ProblemMet(
                    stage="llm",
                    what=failure.what,
                    kept="who was asked before is still asked",
                    todo=failure.todo,
                )
            )

    def _small_moved(self, address: str) -> None:
        self._small.moved(address)
        self._do(self._switchboard.small_model_moved(address))

    def _tell_once(self, failure: Failure, instead: str = "") -> None:
        """Report a failure unless it is what was reported last."""
        if failure.what != self._told:
            self._told = failure.what
            self._say(
                ProblemMet(stage="llm", what=failure.what, kept=failure.kept, todo=instead or failure.todo)
            )

    async def _close(self, cause: str) -> None:
        self._drop()
        self._stop(cause)
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._switchboard.close()
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
