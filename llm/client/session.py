"""Answer session: answers questions on its own thread, the newest first.

A new question stops the answer in progress and closes its connection. Every question ends with exactly one
AnswerFinished or AnswerStopped, an early one (see `StartAnswer`) only once it is revealed.
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
from bus.messages import UsageCounted
from bus.process.lifecycle import unexpected
from llm.client.answer import Answer
from llm.client.approval import Approval
from llm.client.attempts import Attempts
from llm.client.context import ClientContext, ProblemReporter
from llm.client.discovery.provider_finder import ProviderFinder
from llm.client.discovery.small_model import SmallModelAddress
from llm.client.failover import Failover
from llm.client.summaries import Summaries
from llm.client.usage_meter import UsageMeter
from llm.commands import (
    CANCELLED,
    NEWER_QUESTION,
    CancelAnswer,
    Command,
    DiscardAnswer,
    RevealAnswer,
    StartAnswer,
    StartSummary,
)
from llm.usage import prices
from llm.usage.daily_counts import Budget

_STOP_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class _Running:
    """An answer in progress and its task."""

    answer: Answer
    task: asyncio.Task[None]

    def stop(self, cause: str) -> None:
        self.answer.stop(cause)
        self.task.cancel()

    def discard(self) -> None:
        self.answer.discard()
        self.task.cancel()


class AnswerSession:
    """The thread that answers. All methods may be called from any thread and return at once."""

    def __init__(self, context: ClientContext) -> None:
        self._publish = context.publish
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_print_error)
        self._problems = ProblemReporter(context.publish)
        self._small = SmallModelAddress()
        self._failover = Failover(context, ProviderFinder(context, self._small))
        self._approval = Approval(context.publish)
        self._meter = UsageMeter(
            context.settings, prices.load(), Budget(self._problems.report), context.publish
        )
        self._attempts = Attempts(context, self._failover, self._meter, self._approval, self._problems)
        self._summaries = Summaries(context.settings, context.publish, self._failover, self._attempts)
        self._current: _Running | None = None
        self._early: _Running | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="answers", daemon=True)
        self._thread.start()

    def warm_up(self, provider: str, model: str) -> None:
        """Connect to this provider before the first question, and keep the connection open."""
        self._call(lambda: self._start(self._warm_up(provider, model)))

    def execute(self, command: Command) -> None:
        """Start, reveal, discard or cancel an answer, or start a summary."""
        self._call(lambda: self._execute(command))

    def approve(self, question: int, *, allowed: bool) -> None:
        """Send a held request, or drop it."""
        self._call(lambda: self._approval.resolve(question, allowed=allowed))

    def switch_provider(self, provider: str, model: str) -> None:
        """Use another provider from now on; if it fails, the old one stays."""
        self._call(lambda: self._start(self._switch_provider(provider, model)))

    def restore_usage(self, counted: UsageCounted) -> None:
        """Add usage that this stage counted before a restart."""
        self._call(lambda: self._meter.restore(counted))

    def small_model_moved(self, address: str) -> None:
        """Set the address of the small model's server; empty while it is restarted."""
        self._call(lambda: self._small_model_moved(address))

    def small_model_given_up(self) -> None:
        """Note that the small model's server will not be restarted."""
        self._call(self._small.given_up)

    def close(self, cause: str) -> None:
        """Stop the answer in progress, close the connections and end the thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(cause), self._loop)
        with contextlib.suppress(TimeoutError):
            closing.result(_STOP_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_TIMEOUT_S)
        if not self._thread.is_alive():
            self._loop.close()

    def _call(self, function: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(function)

    # --- on the thread's loop ---------------------------------------------------------------------------

    def _execute(self, command: Command) -> None:
        match command:
            case StartAnswer(early=True):
                self._discard_early()
                self._early = self._begin(command)
            case StartAnswer():
                self._stop(NEWER_QUESTION)
                self._current = self._begin(command)
            case RevealAnswer(question=question):
                self._reveal(question)
            case DiscardAnswer():
                self._discard_early()
            case CancelAnswer():
                self._stop(CANCELLED)
            case StartSummary():
                self._start(self._summaries.make(command))

    def _begin(self, command: StartAnswer) -> _Running:
        answer = Answer(command.question, self._publish, held=command.early)
        return _Running(answer, self._loop.create_task(self._attempts.answer(command, answer)))

    def _reveal(self, question: int) -> None:
        """Publish an early answer and make it the current one."""
        early = self._early
        if early is not None and early.answer.question == question:
            self._stop(NEWER_QUESTION)
            self._current, self._early = early, None
            early.answer.release()

    def _discard_early(self) -> None:
        if self._early is not None:
            self._early.discard()
            self._early = None

    def _stop(self, cause: str) -> None:
        if self._current is not None:
            self._current.stop(cause)
            self._current = None

    async def _warm_up(self, provider: str, model: str) -> None:
        self._failover.start_with(provider, model)
        try:
            if provider == "none":
                await self._failover.switch_provider(provider, model)
            else:
                await self._failover.connection()
        except Failure as failure:
            self._problems.report(failure)
        await self._failover.keep_warm()

    async def _switch_provider(self, provider: str, model: str) -> None:
        try:
            await self._failover.switch_provider(provider, model)
            self._problems.reset()
        except Failure as failure:
            self._problems.reset()  # the answer to a user's command is shown even if it is a repetition
            self._problems.report(failure, kept="the provider used before stays active")

    def _small_model_moved(self, address: str) -> None:
        self._small.moved(address)
        self._start(self._failover.small_model_moved(address))

    async def _close(self, cause: str) -> None:
        self._discard_early()
        self._stop(cause)
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._failover.close()
        await self._loop.shutdown_default_executor()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the answers; the reference keeps its task from being collected."""
        task = self._loop.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _print_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Print an uncaught error in one line; asyncio's own report may quote user text."""
    error = context.get("exception")
    words = unexpected(error) if isinstance(error, BaseException) else context["message"]
    print(f"cuecard llm: {words}", file=sys.stderr, flush=True)
