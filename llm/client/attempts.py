"""Asks until there is an answer, or none to be had: limits, permission, retries, somebody to fall back on.

Use it on one event loop. Which answer is under way is for `llm.client.session` to know.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from bus.failures import Failure, ProviderFailure
from bus.messages import Event, ProblemReported, RequestHeld
from bus.process_lifecycle import unexpected
from llm.client.answer import Answer
from llm.client.approval import Approval, NotApproved
from llm.client.connection import Connection
from llm.client.error_reporter import Trouble
from llm.client.errors import RequestFailed, wait_before_retry_s
from llm.client.failover import Failover
from llm.client.stream import AnswerStream, TimeLimits
from llm.client.usage_meter import UsageMeter, usage_of
from llm.commands import StartAnswer
from llm.protocols.protocol import Reply
from llm.providers import leaves_machine
from llm.settings import LlmSettings


class Attempts:
    """Gets one answer at a time from whoever the switchboard connects.

    Args:
        settings: How long things may take, and whether the user lets each request go.
        switchboard: Knows who is asked.
        permission: Asks the user.
        meter: Counts, and knows the limits.
        trouble: Is told of failures.
        publish: Takes the events.
    """

    def __init__(
        self,
        settings: LlmSettings,
        failover: Failover,
        permission: Approval,
        meter: UsageMeter,
        trouble: Trouble,
        publish: Callable[[Event], None],
    ) -> None:
        self._settings = settings
        self._switchboard = failover
        self._permission = permission
        self._meter = meter
        self._publish = publish
        self._trouble = trouble

    async def reply(self, order: StartAnswer, answer: Answer) -> None:
        """Answer one question; the answer is closed when this returns."""
        try:
            self._meter.refuse_beyond_limits()
            await self._with_fallback(order, answer)
            self._trouble.is_over()
        except Failure as failure:
            self._trouble.tell(failure)
            answer.stop(failure.problem, failure.fix)
        except Exception as error:
            self._publish(ProblemReported(stage="llm", problem=unexpected(error)))
            answer.stop("an error of our own", "ask again")

    async def _with_fallback(self, order: StartAnswer, answer: Answer) -> None:
        """Ask the provider, and the other one when that does not answer."""
        try:
            await self._with_retries(order, answer)
        except NotApproved:
            raise
        except Failure as failure:
            other = "" if answer.text else self._switchboard.fall_back()
            if not other:
                raise
            self._trouble.tell(failure, fix=f"{other} is asked instead")
            await self._with_retries(order, answer)

    async def _with_retries(self, order: StartAnswer, answer: Answer) -> None:
        limits, retries, reached, began_s = self._limits(None), 0, False, _now_s()
        connection: Connection | None = None
        while True:
            try:
                connection = await self._switchboard.connected()
                if not reached:
                    limits, reached = self._limits(connection), True  # the time to connect does not count
                return await self._attempt(connection, order, answer, limits)
            except RequestFailed as failure:
                if failure.unreachable:
                    await self._switchboard.hang_up()
                if failure.asks_plainer and not answer.text and _now_s() < limits.first_token_s:
                    continue  # each kind of complaint leads here at most once
                until_s = limits.first_token_s
                if failure.loading and not reached:
                    until_s = began_s + self._settings.local_first_token_timeout_s
                elif not failure.loading:  # the longer limit of a server of the user's own is for that alone
                    until_s -= self._patience_s(connection) - self._settings.first_token_timeout_s
                wait_s = wait_before_retry_s(failure, retries, until_s - _now_s())
                if answer.text or wait_s is None:
                    raise
                if failure.loading:
                    self._trouble.tell(failure, fix="the question waits until it is loaded")
                await asyncio.sleep(wait_s)
                retries += 1

    def _limits(self, connection: Connection | None) -> TimeLimits:
        """Return when to give up; a server of the user's own may load its model before the first word."""
        now_s, settings = _now_s(), self._settings
        first_s = self._patience_s(connection)
        total_s = settings.total_timeout_s + first_s - settings.first_token_timeout_s
        return TimeLimits(now_s + first_s, now_s + total_s)

    def _patience_s(self, connection: Connection | None) -> float:
        """Return how long a first word may take."""
        settings = self._settings
        if connection is None or not connection.provider.may_load_first:
            return settings.first_token_timeout_s
        return max(settings.local_first_token_timeout_s, settings.first_token_timeout_s)

    @contextlib.contextmanager
    def _long_wait_reported(self, connection: Connection, answer: Answer) -> Iterator[None]:
        """Report after the usual time for a first word that a server may still be loading its model."""
        usual_s, patience_s = self._settings.first_token_timeout_s, self._patience_s(connection)

        def report() -> None:
            if not answer.text:
                waiting = ProviderFailure(
                    f"{connection.provider.name} has not begun to answer after {usual_s:.0f} s; "
                    "it may still be loading the model",
                    kept=f"the question waits, for up to {patience_s:.0f} s",
                )
                self._trouble.tell(waiting)

        timer = asyncio.get_running_loop().call_later(usual_s, report) if patience_s > usual_s else None
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()

    async def _attempt(
        self, connection: Connection, order: StartAnswer, answer: Answer, limits: TimeLimits
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
            limits = self._limits(connection)
        stream = AnswerStream(connection, limits, answer.grow, finish)
        wasted = True  # by whoever cancels it
        try:
            with self._long_wait_reported(connection, answer):
                await stream.run(body, question=order.question)
            wasted = False
        except RequestFailed:
            wasted = False
            raise
        finally:
            if stream.accepted:
                usage = usage_of(stream.reply, body, stream.received_characters)
                self._meter.count(order.question, connection, usage, wasted=wasted)

    async def _ask_permission(self, connection: Connection, order: StartAnswer, body: bytes) -> None:
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


def _now_s() -> float:
    return asyncio.get_running_loop().time()
