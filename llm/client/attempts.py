"""Answers one question: spending limits, approval, retries and the fallback provider."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from bus.failures import Failure, ProviderFailure
from bus.messages import ProblemReported, RequestHeld
from bus.process.lifecycle import unexpected
from llm.client.answer import Answer
from llm.client.approval import Approval, NotApproved
from llm.client.connection import Connection
from llm.client.context import ClientContext, ProblemReporter
from llm.client.errors import ModelLoading, RequestFailed, Unreachable, UnsupportedField
from llm.client.failover import Failover
from llm.client.http.stream import AnswerStream
from llm.client.retry import TimeLimits, backoff_s, first_token_timeout_s, time_limits
from llm.client.usage_meter import UsageMeter, usage_of
from llm.commands import StartAnswer
from llm.prompt import SummaryPrompt
from llm.protocols.protocol import Reply
from llm.providers import leaves_machine
from llm.settings import LlmSettings

SUMMARY_EXTRA_S = 240.0
"""A summary may take so much longer than an answer."""


class Attempts:
    """Gets one answer at a time. Use it on one event loop.

    Args:
        context: Settings, event bus and sockets.
        failover: Connects to the active provider or the fallback.
        meter: Counts usage and knows the limits.
        approval: Waits for the user's decision on a request.
        problems: Reports failures.
    """

    def __init__(
        self,
        context: ClientContext,
        failover: Failover,
        meter: UsageMeter,
        approval: Approval,
        problems: ProblemReporter,
    ) -> None:
        self._settings = context.settings
        self._publish = context.publish
        self._failover = failover
        self._meter = meter
        self._approval = approval
        self._problems = problems

    async def answer(self, command: StartAnswer, answer: Answer) -> None:
        """Answer one question; the answer is closed when this returns.

        The active provider is tried first, with retries, then the fallback provider. Once text has been
        shown there is no further attempt.
        """
        tries, last_target = _Tries(self._settings), False
        try:
            self._meter.check_limits()
            while True:
                try:
                    connection = await self._failover.connection()
                    await self._attempt(connection, command, answer, tries.connected(connection))
                except NotApproved:
                    raise
                except Failure as failure:
                    if isinstance(failure, Unreachable):
                        await self._failover.disconnect()
                    if answer.text:
                        raise
                    wait_s = tries.wait_s(failure)
                    if wait_s is not None:
                        if isinstance(failure, ModelLoading):
                            self._problems.report(failure, fix="the question waits until the model is loaded")
                        await asyncio.sleep(wait_s)
                    elif last_target or not (fallback := self._failover.use_fallback()):
                        raise
                    else:
                        self._problems.report(failure, fix=f"{fallback} is used instead")
                        tries, last_target = _Tries(self._settings), True
                else:
                    self._problems.reset()
                    return
        except Failure as failure:
            self._problems.report(failure)
            answer.stop(failure.problem, failure.fix)
        except Exception as error:
            self._publish(ProblemReported(stage="llm", problem=unexpected(error)))
            answer.stop("an internal error", "ask again")

    async def _attempt(
        self, connection: Connection, command: StartAnswer, answer: Answer, limits: TimeLimits
    ) -> None:
        def finish(reply: Reply) -> None:
            answer.finish(
                model=reply.model or connection.model,
                stop_reason=reply.stop_reason,
                prompt_tokens=reply.prompt_tokens,
                answer_tokens=reply.answer_tokens,
            )

        is_summary = isinstance(command.prompt, SummaryPrompt)
        if is_summary and connection.provider.small:
            raise too_small()
        body = connection.body(command.prompt)
        leaves = leaves_machine(connection.provider, connection.model)
        if self._settings.confirm or (is_summary and leaves):
            await self._approve(connection, command, body)
            limits = _limits(self._settings, connection)
        if is_summary:
            limits = TimeLimits(limits.first_token_s + SUMMARY_EXTRA_S, limits.total_s + SUMMARY_EXTRA_S)
        stream = AnswerStream(connection, limits, answer.append, finish)
        wasted = True  # when cancelled
        try:
            with self._long_wait_reported(connection, answer):
                await stream.run(body, question=command.question)
            wasted = False
        except RequestFailed:
            wasted = False
            raise
        finally:
            if stream.accepted:
                usage = usage_of(stream.reply, body, stream.received_characters)
                self._meter.count(command.question, connection, usage, wasted=wasted)

    async def _approve(self, connection: Connection, command: StartAnswer, body: bytes) -> None:
        await self._approval.request(
            RequestHeld(
                question=command.question,
                host=connection.provider.host,
                model=connection.model,
                body=body.decode(),
                body_bytes=len(body),
                left_machine=leaves_machine(connection.provider, connection.model),
            )
        )

    @contextlib.contextmanager
    def _long_wait_reported(self, connection: Connection, answer: Answer) -> Iterator[None]:
        """Report after the usual time for a first text that a server may still be loading its model."""
        usual_s = self._settings.first_token_timeout_s
        limit_s = first_token_timeout_s(self._settings, may_load=connection.provider.may_load_model)

        def report() -> None:
            if not answer.text:
                waiting = ProviderFailure(
                    f"{connection.provider.name} has sent no text after {usual_s:.0f} s; "
                    "it may still be loading the model",
                    kept=f"the question waits, for up to {limit_s:.0f} s",
                )
                self._problems.report(waiting)

        timer = asyncio.get_running_loop().call_later(usual_s, report) if limit_s > usual_s else None
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()


def too_small() -> ProviderFailure:
    """Return the failure of a summary by the small model."""
    return ProviderFailure(
        "the small model is too small to summarize: it would write nonsense",
        kept="nothing was sent",
        fix="use a larger one on this machine (cuecard use ollama), or a hosted one",
    )


class _Tries:
    """Retries and deadlines of the attempts at one provider."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._began_s = _now_s()
        self._retries = 0
        self._may_load = False
        self._reached = False
        self._limits = _limits(settings, None)

    def connected(self, connection: Connection) -> TimeLimits:
        """Return the deadlines; they run from the first connection, so connecting does not count."""
        self._may_load = connection.provider.may_load_model
        if not self._reached:
            self._limits, self._reached = _limits(self._settings, connection), True
        return self._limits

    def wait_s(self, failure: Failure) -> float | None:
        """Return how long to wait before the next attempt, or None to give up."""
        if not isinstance(failure, RequestFailed):
            return None
        settings, until_s, now_s = self._settings, self._limits.first_token_s, _now_s()
        if isinstance(failure, UnsupportedField) and now_s < until_s:
            return 0.0  # not a retry: each kind of complaint occurs at most once
        loading = isinstance(failure, ModelLoading)
        if loading and not self._reached:
            until_s = self._began_s + settings.local_first_token_timeout_s
        elif not loading:  # only loading may use the longer limit of a server of the user's own
            until_s -= first_token_timeout_s(settings, may_load=self._may_load)
            until_s += settings.first_token_timeout_s
        wait_s = backoff_s(
            self._retries,
            until_s - now_s,
            may_retry=failure.may_retry,
            loading=loading,
            retry_after_s=failure.retry_after_s,
        )
        self._retries += 1
        return wait_s


def _limits(settings: LlmSettings, connection: Connection | None) -> TimeLimits:
    may_load = connection is not None and connection.provider.may_load_model
    return time_limits(settings, may_load=may_load, now_s=_now_s())


def _now_s() -> float:
    return asyncio.get_running_loop().time()
