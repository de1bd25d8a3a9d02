"""Measures the latency that Cuecard adds between a question and its answer.

Uses real processes (hub and llm stage), a real socket and a local server. Two parts: from the final
transcript to the request's last byte at the server, and from the first token's bytes to its event in the log.
Then a burst of questions, in which the newest must win and none may be sent twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from bench.answers.answer_server import AnswerServer
from bench.harness.report import show
from bus.audio import SAMPLE_RATE
from bus.client import HubClient
from bus.failures import StageFailure
from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    AnswerStreamed,
    FinalTranscribed,
    Logged,
    Message,
    ProviderReady,
    QuestionDetected,
    StageReady,
)
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.run import RUN_VARIABLE, Run
from llm.connector.line import ConnectorLine, Inherited
from llm.settings import LlmSettings
from session.run.end.statistics import percentile
from session.supervise.child import numbers_of

_FOLLOWED: frozenset[type[Message]] = frozenset(
    {StageReady, ProviderReady, QuestionDetected, AnswerStreamed, AnswerFinished, AnswerStopped}
)
_TOPICS = ("the queue", "a mutex", "the migration", "your team", "an index", "the outage", "the budget")
_START_S, _ANSWER_S = 20.0, 10.0

M = TypeVar("M", bound=Message)


def measure(questions: int, notes: list[Path]) -> None:
    """Measure and print."""
    settings = LlmSettings(notes=[str(path) for path in notes])
    with _stage(settings, think_s=0.03, word_s=0.0) as (talk, server):
        for number in range(1, questions + 1):
            talk.ask(number)
            talk.wait_for(AnswerFinished, number)
        to_wire_ms = [
            (served.received_ns - talk.said_ns[number]) / 1e6
            for number, served in enumerate(server.served, 1)
        ]
        first_ns = {
            grew.question: at_ns for at_ns, grew in reversed(talk.of(AnswerStreamed))
        }  # one per question
        to_event_ms = [
            (first_ns[number] - served.first_sent_ns) / 1e6 for number, served in enumerate(server.served, 1)
        ]
    burst = _burst(settings)
    figures = {
        f"{name}_{share}_ms": percentile(values, at)
        for name, values in (("to_wire", to_wire_ms), ("to_event", to_event_ms))
        for share, at in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
    }
    rows = [
        ("questions", f"{len(to_wire_ms)} of {questions}"),
        ("final to request's last byte", _row(figures, "to_wire")),
        ("first token's bytes to event", _row(figures, "to_event")),
        (
            "5 questions a second",
            f"{burst['asked']} asked, {burst['sent']} sent, {burst['twice']} sent twice",
        ),
        ("", f"newest answered: {burst['newest_answered']}, without an end: {burst['open']}"),
    ]
    show("answers", rows, {"questions": len(to_wire_ms), **figures, "burst": burst})


def _row(figures: dict[str, float | None], name: str) -> str:
    shares = ("p50", "p95", "max")
    return ", ".join(f"{share} {figures[f'{name}_{share}_ms'] or 0:.2f} ms" for share in shares)


def _burst(settings: LlmSettings, questions: int = 50, rate: float = 5.0) -> dict[str, int | bool]:
    """Publish questions faster than they can be answered."""
    with _stage(settings, think_s=0.3, word_s=0.05) as (talk, server):
        started_s = time.monotonic()
        for number in range(1, questions + 1):
            talk.listen(max(started_s + number / rate - time.monotonic(), 0.0))
            talk.ask(number)
        talk.wait_for(AnswerFinished, questions)
        sent = Counter(_question(served.body) for served in server.served)
        asked = {event.question for _, event in talk.of(QuestionDetected)}
        finished = {event.question for _, event in talk.of(AnswerFinished)}
        ended = finished | {event.question for _, event in talk.of(AnswerStopped)}
    return {
        "asked": len(asked),
        "sent": len(server.served),
        "twice": sum(count - 1 for count in sent.values()),
        "newest_answered": finished == {questions},
        "open": len(asked - ended),
    }


def _question(body: bytes) -> str:
    return str(msgspec.json.decode(body)["messages"][-1]["content"])


class _Conversation:
    """Publishes questions and collects the events that follow."""

    def __init__(self, run: Run) -> None:
        self._stt = HubClient("stt", run, kinds=frozenset())
        self._view = HubClient("view", run, kinds=_FOLLOWED)
        self._heard: list[Logged] = []
        self.said_ns: dict[int, int] = {}

    def ask(self, number: int) -> None:
        """Publish the final transcript of a question."""
        topic = _TOPICS[number % len(_TOPICS)]
        start_sample = 30 * number * SAMPLE_RATE
        final = FinalTranscribed(
            source="call",
            utterance=number,
            text=f"What was number {number} that you learned about {topic}?",
            start_sample=start_sample,
            quiet_sample=start_sample + SAMPLE_RATE,
            stop_sample=start_sample + SAMPLE_RATE,
            mean_log_probability=-0.2,
            no_speech_probability=0.0,
            window_s=8.0,
            retried=False,
            speculative=True,
            queue_ms=0.0,
            compute_ms=0.0,
        )
        self.said_ns[number] = time.monotonic_ns()
        self._stt.publish(final)

    def listen(self, seconds: float) -> None:
        """Collect events for so long."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            self._heard += self._view.poll(left_s)

    def of(self, kind: type[M]) -> list[tuple[int, M]]:
        """Return the events of this kind, each with the time at which it was logged."""
        return [(logged.logged_ns, logged.event) for logged in self._heard if isinstance(logged.event, kind)]

    def wait_for(self, kind: type[M], question: int = 0) -> None:
        """Wait for an event of this kind, and of this question if one is given."""
        give_up_s = time.monotonic() + (_ANSWER_S if question else _START_S)
        while not any(getattr(event, "question", 0) == question for _, event in self.of(kind)):
            if time.monotonic() > give_up_s:
                raise StageFailure(f"no {kind.__name__} came", fix="see the messages of the llm stage above")
            self._heard += self._view.poll(0.2)

    def close(self) -> None:
        self._stt.close()
        self._view.close()


@contextmanager
def _stage(
    settings: LlmSettings, *, think_s: float, word_s: float
) -> Iterator[tuple[_Conversation, AnswerServer]]:
    """Run a hub and an llm stage with a local provider."""
    with ExitStack() as stack:
        server = stack.enter_context(AnswerServer(think_s, word_s))
        state = stack.enter_context(tempfile.TemporaryDirectory())  # keeps the user's own counts unchanged
        run = Run.create({"llm": msgspec.structs.replace(settings, provider=server.address)})
        stack.callback(run.remove)
        env = {
            **os.environ,
            RUN_VARIABLE: str(run.directory),
            SUPERVISOR_VARIABLE: str(os.getpid()),
            "XDG_STATE_HOME": state,
        }
        line = stack.enter_context(ConnectorLine())
        inherited: dict[str, Inherited] = {"llm.connector": line.of_connector, "llm": line.of_llm}
        for module in ("bus", "llm.connector", "llm"):
            descriptors = inherited.get(module, ())
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                env={**env, **numbers_of(descriptors)},
                pass_fds=[number for _, numbers in descriptors for number in numbers],
            )
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
        talk = _Conversation(run)
        stack.callback(talk.close)
        talk.wait_for(ProviderReady)
        yield talk, server
