"""Makes a summary: a request for each part of the transcript, then a check.

It runs beside answers and stops none. A request that leaves the machine is held until the user allows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.failures import Failure
from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    Event,
    SummaryFinished,
    SummaryStarted,
    SummaryStopped,
)
from llm.client.answer import Answer
from llm.client.attempts import Attempts, too_small
from llm.client.failover import Failover
from llm.commands import StartAnswer, StartSummary
from llm.prompt import SummaryPrompt, TranscriptLine, answer_style
from llm.providers import leaves_machine
from llm.settings import LlmSettings
from llm.summary.reply import Summary
from llm.summary.transcript import parts

HOSTED_CONTEXT_TOKENS = 64_000
LOCAL_CONTEXT_TOKENS = 4096
"""What servers on one's own machine offer unless they are set up otherwise."""

SESSION_ENDED = "the session ended"


class Summaries:
    """Makes one summary at a time. Use it on one event loop.

    Args:
        settings: Language, context, and the user's note.
        publish: Publishes events.
        failover: Knows the provider that will be asked.
        attempts: Asks it.
    """

    def __init__(
        self, settings: LlmSettings, publish: Callable[[Event], None], failover: Failover, attempts: Attempts
    ) -> None:
        self._settings = settings
        self._publish = publish
        self._failover = failover
        self._attempts = attempts

    async def make(self, command: StartSummary) -> None:
        """Make a summary; it ends with exactly one SummaryFinished or SummaryStopped."""
        try:
            self._publish(await self._made(command))
        except Failure as failure:
            self._publish(SummaryStopped(question=command.question, cause=failure.problem, fix=failure.fix))
        except asyncio.CancelledError:
            self._publish(SummaryStopped(question=command.question, cause=SESSION_ENDED))
            raise

    async def _made(self, command: StartSummary) -> SummaryFinished | SummaryStopped:
        started, pieces = await self._start(command)
        summary, model = Summary(), started.model
        for piece in pieces:
            prompt = SummaryPrompt(lines=piece, template=command.template, style=answer_style(self._settings))
            ended = await self._ask(StartAnswer(command.question, prompt))
            if isinstance(ended, AnswerStopped):
                return SummaryStopped(question=command.question, cause=ended.cause, fix=ended.fix)
            if not summary.add(ended.text, piece):
                return SummaryStopped(
                    question=command.question,
                    cause=f"{ended.model} did not write a summary that can be checked",
                    fix="choose a larger model: cuecard use PROVIDER --model MODEL",
                )
            model = ended.model
        return SummaryFinished(
            question=command.question,
            template=command.template,
            host=started.host,
            model=model,
            dropped=summary.dropped,
            **summary.entries,
        )

    async def _start(self, command: StartSummary) -> tuple[SummaryStarted, list[tuple[TranscriptLine, ...]]]:
        connection = await self._failover.connection()
        if connection.provider.small:
            raise too_small()
        leaves = leaves_machine(connection.provider, connection.model)
        usual = LOCAL_CONTEXT_TOKENS if connection.provider.local else HOSTED_CONTEXT_TOKENS
        pieces = [*parts(command.lines, self._settings.context_tokens or usual)]
        started = SummaryStarted(
            question=command.question,
            template=command.template,
            host=connection.provider.host,
            model=connection.model,
            leaves_machine=leaves,
            parts=len(pieces),
            lines=len(command.lines),
            words=sum(len(line.text.split()) for line in command.lines),
        )
        self._publish(started)
        return started, pieces

    async def _ask(self, command: StartAnswer) -> AnswerFinished | AnswerStopped:
        """Return how the request for one part ended; its text is published nowhere."""
        ends: list[AnswerFinished | AnswerStopped] = []

        def collect(event: Event) -> None:
            if isinstance(event, AnswerFinished | AnswerStopped):
                ends.append(event)

        await self._attempts.answer(command, Answer(command.question, collect))
        return ends[0]
