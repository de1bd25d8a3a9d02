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
from bus.messages import Event, UsageCounted
from bus.process_lifecycle import unexpected
from llm.client.answer import Answer
from llm.client.approval import Approval
from llm.client.attempts import Attempts
from llm.client.connection import Connector, SmallModelAddress
from llm.client.error_reporter import Trouble
from llm.client.failover import Failover
from llm.client.sockets import SocketSource
from llm.client.usage_meter import UsageMeter
from llm.commands import DiscardAnswer, RevealAnswer, StartAnswer, Step
from llm.conversation import NEWER_QUESTION
from llm.settings import LlmSettings
from llm.usage import prices
from llm.usage.daily_counts import Budget

_STOP_WITHIN_S = 2.0


@dataclass(frozen=True)
class _UnderWay:
    """An answer and what works on it."""

    answer: Answer
    task: asyncio.Task[None]

    def stop(self, cause: str) -> None:
        self.answer.stop(cause)
        self.task.cancel()

    def discard(self) -> None:
        self.answer.discard()
        self.task.cancel()


class AnswerSession:
    """The thread that asks.

    Args:
        settings: Who is asked, and how long things may take.
        run_token: By which the small model's server knows us.
        dialling: Opens connections.
        publish: Takes events; may be called from any thread.
    """

    def __init__(
        self,
        settings: LlmSettings,
        run_token: bytes,
        sockets: SocketSource,
        publish: Callable[[Event], None],
    ) -> None:
        self._publish = publish
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_report)
        self._trouble = Trouble(publish)
        self._small = SmallModelAddress()
        connector = Connector(settings, self._small, run_token, publish, sockets)
        self._switchboard = Failover(settings, connector, publish)
        self._permission = Approval(publish)
        self._meter = UsageMeter(settings, prices.load(), Budget(self._trouble.tell), publish)
        self._asker = Attempts(
            settings, self._switchboard, self._permission, self._meter, self._trouble, publish
        )
        self._current: _UnderWay | None = None
        self._early: _UnderWay | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="answerer", daemon=True)
        self._thread.start()

    def warm_up(self, provider: str, model: str) -> None:
        """Find this provider, open the connection before the first question, and keep it open."""
        self._hand_over(lambda: self._do(self._warm(provider, model)))

    def execute(self, step: Step) -> None:
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
            case StartAnswer(early=True):
                self._drop()
                self._early = self._begin(step)
            case StartAnswer():
                self._stop(NEWER_QUESTION)
                self._current = self._begin(step)
            case RevealAnswer(question=question):
                self._release(question)
            case DiscardAnswer():
                self._drop()

    def _begin(self, order: StartAnswer) -> _UnderWay:
        answer = Answer(order.question, self._publish, held=order.early)
        return _UnderWay(answer, self._loop.create_task(self._asker.reply(order, answer)))

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

    async def _warm(self, provider: str, model: str) -> None:
        self._switchboard.begin_with(provider, model)
        try:
            if provider == "none":
                await self._switchboard.use(provider, model)
            else:
                await self._switchboard.connected()
        except Failure as failure:
            self._trouble.tell(failure)
        await self._switchboard.keep_warm()

    async def _use(self, provider: str, model: str) -> None:
        try:
            await self._switchboard.use(provider, model)
            self._trouble.is_over()
        except Failure as failure:
            self._trouble.is_over()  # who wants somebody else wants to hear it, even if it was told before
            self._trouble.tell(failure, kept="who was asked before is still asked")

    def _small_moved(self, address: str) -> None:
        self._small.moved(address)
        self._do(self._switchboard.small_model_moved(address))

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


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody caught, in one line: asyncio's own report may quote what was said."""
    error = context.get("exception")
    words = unexpected(error) if isinstance(error, BaseException) else context["message"]
    print(f"cuecard llm: {words}", file=sys.stderr, flush=True)
