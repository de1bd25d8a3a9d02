"""Commands beside a running session: answer what was just said, ask somebody else, see what was sent.

A desktop's own shortcut can be bound to `cuecard answer`, which works everywhere, on Wayland too, where no
program may grab keys for itself. They meet the session in its private run directory, like its stages do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import typer

from bus.client import HubClient
from bus.failures import MachineFailure, ProviderFailure
from bus.messages import (
    AnswerRequested,
    Event,
    Logged,
    ProblemReported,
    ProviderReady,
    ProviderRequested,
    RequestDecided,
    RequestHeld,
    RequestSent,
    UsageCounted,
)
from bus.run import Run
from bus.wiring import CONTROL
from overlay import strings
from session.view.plain import PlainLines
from session.view.printable import printable

_CONNECT_S = 30.0
_POLL_S = 0.1
_FIRST_S = 3.0


def answer() -> None:
    """Have what was just said answered.

    Raises:
        MachineFailure: No session is going on.
    """
    _publish(AnswerRequested(by=CONTROL))


def use(provider: str, model: str) -> None:
    """Have somebody else answer, and say who answers now.

    Raises:
        MachineFailure: No session is going on, or it does not answer questions.
        ProviderFailure: They cannot be asked; who was asked before still is.
    """
    wanted = ProviderRequested(provider=provider, model=model, by=CONTROL)
    with HubClient(CONTROL, Run.find()) as line:
        _past(line)
        line.publish(wanted)
        for logged in _events(line, give_up_s=time.monotonic() + _CONNECT_S):
            event = logged.event
            if isinstance(event, ProviderReady):
                typer.echo(f"switched to {strings.provider(event)}")
                return
            if isinstance(event, ProblemReported) and event.stage == "llm":
                raise ProviderFailure(event.problem, kept=event.kept, fix=event.fix)
    raise MachineFailure(
        f"the session did not say within {_CONNECT_S:.0f} s that it asks {provider} now",
        kept="it goes on",
        fix="see what it shows",
    )


def ledger(*, follow: bool, as_json: bool) -> None:
    """Print every request of the session, word for word, and what it cost.

    Args:
        follow: Go on until the session ends, and ask about requests that wait, where there is a keyboard.
        as_json: Print one JSON object a line.

    Raises:
        MachineFailure: No session is going on.
    """
    run = Run.find()
    with HubClient(CONTROL, run) as line:
        judged: set[int] = set()
        past = _past(line)
        for logged in past:
            _show(logged, as_json=as_json)
        if not any(isinstance(logged.event, RequestSent) for logged in past) and not as_json:
            typer.echo("nothing was sent yet")
        _judge(line, [logged.event for logged in past], judged)
        while follow and run.directory.exists():
            for logged in line.poll(_POLL_S):
                _show(logged, as_json=as_json)
                _judge(line, [logged.event], judged)


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
            view = PlainLines()
            view.apply(logged)
            view.refresh()
        case _:
            pass


def _judge(line: HubClient, events: list[Event], judged: set[int]) -> None:
    """Ask about the newest request that waits, if somebody is there to say."""
    held = next((event for event in reversed(events) if isinstance(event, RequestHeld)), None)
    sent = {event.question for event in events if isinstance(event, RequestSent)}
    if held is None or held.question in judged | sent or not sys.stdin.isatty():
        return
    judged.add(held.question)
    allowed = typer.confirm(f"send these {held.body_bytes} bytes to {held.host}?")
    line.publish(RequestDecided(question=held.question, allowed=allowed, by=CONTROL))


def _publish(event: Event) -> None:
    with HubClient(CONTROL, Run.find()) as line:
        line.publish(event)


def _past(line: HubClient) -> list[Logged]:
    """Return what the session's log has so far."""
    past = line.poll(_FIRST_S)
    while more := line.poll(_POLL_S):
        past += more
    return past


def _events(line: HubClient, give_up_s: float) -> Iterator[Logged]:
    while time.monotonic() < give_up_s:
        yield from line.poll(_POLL_S)
