"""Commands that read the running session: `cuecard use`, `ledger` and `copy`.

The commands find the session by its private run directory, as stages do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence

import typer

from bus.client import HubClient
from bus.failures import MachineFailure, ProviderFailure, UsageFailure
from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    AnswerStreamed,
    Event,
    Logged,
    Message,
    ProblemReported,
    ProviderReady,
    ProviderRequested,
    QuestionTyped,
    RequestDecided,
    RequestHeld,
    RequestSent,
    StageReady,
    UsageCounted,
)
from bus.messages.control import MOST_TYPED
from bus.run import Run
from bus.wiring import CONTROL
from llm.providers import cards
from overlay.texts import sentences
from overlay.texts.provider_card import card_rows
from session.view.plain import PlainLines
from session.view.printable import printable

CONNECT_S = 30.0
_POLL_S = 0.1
_FIRST_POLL_S = 3.0


def use(provider: str, model: str) -> None:
    """Switch the provider, and print the one that is active now.

    Raises:
        MachineFailure: No session is running, or it does not answer questions.
        ProviderFailure: The provider cannot be used; the previous one stays active.
    """
    with HubClient(CONTROL, Run.find()) as client:
        history_of(client)
        if card := cards().get(provider.strip()):
            typer.echo("\n".join(f"{label}: {text}" for label, text in card_rows(card)), err=True)
        client.publish(ProviderRequested(provider=provider, model=model, by=CONTROL))
        for logged in events_of(client, deadline_s=time.monotonic() + CONNECT_S):
            event = logged.event
            if isinstance(event, ProviderReady):
                typer.echo(sentences.switched(event))
                return
            if isinstance(event, ProblemReported) and event.stage == "llm":
                raise ProviderFailure(event.problem, kept=event.kept, fix=event.fix)
    raise MachineFailure(
        f"the session did not confirm the switch to {provider} within {CONNECT_S:.0f} s",
        kept="the session keeps running",
        fix="see the messages in its window or terminal",
    )


def ask(text: str) -> None:
    """Ask a typed question in the running session.

    Raises:
        UsageFailure: There is no text, or too much.
        MachineFailure: No session is running, or it answers no questions.
    """
    text = " ".join(printable(text).split())
    if not 0 < len(text) <= MOST_TYPED:
        raise UsageFailure(
            f"a question has 1 to {MOST_TYPED} characters", kept="nothing was asked", fix="write it in quotes"
        )
    with HubClient(CONTROL, Run.find(), kinds=frozenset[type[Message]]({StageReady})) as client:
        check_answers(history_of(client))
        client.publish(QuestionTyped(text=text, by=CONTROL))
        client.wait_connected(CONNECT_S)


def check_answers(history: Sequence[Logged]) -> None:
    """Check that a session answers questions.

    Raises:
        MachineFailure: It does not.
    """
    stages = {logged.event.stage for logged in history if isinstance(logged.event, StageReady)}
    if "llm" not in stages or "practice" in stages:
        raise MachineFailure(
            "this session answers no questions", kept="it keeps running", fix="see `cuecard run --help`"
        )


def copy() -> None:
    """Print the newest answer, as far as it has come.

    Raises:
        MachineFailure: No session is running, or it has no answer yet.
    """
    # Every session has a stage that is ready, so the hub replies at once.
    kinds = frozenset[type[Message]]({StageReady, AnswerStreamed, AnswerFinished, AnswerStopped})
    answers: dict[int, str] = {}
    with HubClient(CONTROL, Run.find(), kinds=kinds) as client:
        for logged in history_of(client):
            match logged.event:
                case AnswerStreamed(question=question, delta=delta, replaces=replaces):
                    answers[question] = delta if replaces else answers.get(question, "") + delta
                case (
                    AnswerFinished(question=question, text=text) | AnswerStopped(question=question, kept=text)
                ):
                    answers[question] = text
                case _:
                    pass
    newest = max((question for question, text in answers.items() if text), default=0)
    if not newest:
        raise MachineFailure(
            "there is no answer yet",
            kept="the session keeps running",
            fix="ask for one with `cuecard answer`",
        )
    print(printable(answers[newest]))


def ledger(*, follow: bool, as_json: bool) -> None:
    """Print every request of the session, word for word, and its cost.

    Args:
        follow: Continue until the session ends, and on a terminal prompt for held requests.
        as_json: Print one JSON object a line.

    Raises:
        MachineFailure: No session is running.
    """
    run = Run.find()
    with HubClient(CONTROL, run) as client:
        decided: set[int] = set()
        history = history_of(client)
        for logged in history:
            _show(logged, as_json=as_json)
        if not any(isinstance(logged.event, RequestSent) for logged in history) and not as_json:
            typer.echo("no request was sent yet")
        _prompt(client, [logged.event for logged in history], decided)
        while follow and run.directory.exists():
            for logged in client.poll(_POLL_S):
                _show(logged, as_json=as_json)
                _prompt(client, [logged.event], decided)


def _show(logged: Logged, *, as_json: bool) -> None:
    if as_json:
        print(logged.as_json().decode(), flush=True)
        return
    match logged.event:
        case RequestSent() as sent:
            unencrypted = "" if sent.encrypted else " (unencrypted)"
            where = unencrypted if sent.left_machine else ", which is this machine"
            print(f"\nquestion {sent.question}, {sent.model} at {sent.url}{where}, {sent.body_bytes} bytes")
            print(printable(sent.body), flush=True)
        case RequestHeld() | UsageCounted() | ProviderReady():
            view = PlainLines(verbose=True)
            view.apply(logged)
            view.refresh()
        case _:
            pass


def _prompt(client: HubClient, events: list[Event], decided: set[int]) -> None:
    """Prompt for a decision on the newest held request, on a terminal."""
    held = next((event for event in reversed(events) if isinstance(event, RequestHeld)), None)
    sent = {event.question for event in events if isinstance(event, RequestSent)}
    if held is None or held.question in decided | sent or not sys.stdin.isatty():
        return
    decided.add(held.question)
    allowed = typer.confirm(f"send these {held.body_bytes} bytes to {held.host}?")
    client.publish(RequestDecided(question=held.question, allowed=allowed, by=CONTROL))


def history_of(client: HubClient) -> list[Logged]:
    """Return the session's log so far."""
    history = client.poll(_FIRST_POLL_S)
    while more := client.poll(_POLL_S):
        history += more
    return history


def events_of(client: HubClient, deadline_s: float) -> Iterator[Logged]:
    """Yield new events until a monotonic time."""
    while time.monotonic() < deadline_s:
        yield from client.poll(_POLL_S)
