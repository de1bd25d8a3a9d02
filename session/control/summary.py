"""`cuecard summary`: has the transcript of the running session summarized.

If that would leave the machine, it shows what would go where, every byte on request, and asks first.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import datetime

import msgspec
import typer

from bus.client import HubClient
from bus.counted import counted
from bus.failures import MachineFailure, ProviderFailure
from bus.messages import (
    Event,
    RequestDecided,
    RequestHeld,
    StageReady,
    SummaryFinished,
    SummaryRequested,
    SummaryStarted,
    SummaryStopped,
)
from bus.messages.summary import Template
from bus.run import Run
from bus.wiring import CONTROL, LOGGED, SUPERSEDED
from overlay.texts import summary_texts
from session.transcript import summary as sentences
from session.transcript.formats.markdown import summary_lines
from session.transcript.record import Record
from session.transcript.saved_session import Summary
from session.view.printable import printable

_FIRST_POLL_S, _POLL_S = 3.0, 0.1
_WIDEST = 100
_BEGIN_S = 60.0
"""Longest wait until llm has begun."""


def summarize(template: Template, *, may_go_to: str, as_json: bool) -> None:
    """Request a summary, ask for consent if it would leave the machine, and print it.

    Args:
        template: What was recorded.
        may_go_to: Host to which the transcript may go without a question; empty to ask.
        as_json: Print it as JSON, not as Markdown.

    Raises:
        MachineFailure: No session is running, or nothing in it answers.
        ProviderFailure: It was not allowed, or failed.
    """
    run, record = Run.find(), Record()
    with HubClient(CONTROL, run, kinds=LOGGED - SUPERSEDED) as client:
        events = _events(client, run, record)
        if not _answers(client, record):
            raise MachineFailure(
                "this session answers no questions, so it makes no summary",
                kept="it keeps running",
                fix="start one with --answer ask and a provider",
            )
        client.publish(SummaryRequested(template=template, by=CONTROL))
        _wait(client, events, may_go_to)
    summary = record.result(started=datetime.now().astimezone()).summary
    if summary is not None:
        _show(summary, as_json=as_json)


def _wait(client: HubClient, events: Iterator[Event], may_go_to: str) -> None:
    """Answer what is asked until the summary is finished."""
    started: SummaryStarted | None = None
    for event in events:
        match event:
            case SummaryStarted():
                started = event
                typer.echo(_under_way(started), err=True)
            case RequestHeld(question=number) if started is not None and number == started.question:
                _decide(client, event, started, may_go_to)
            case SummaryStopped(cause=cause, fix=fix):
                raise ProviderFailure(cause, kept="the session keeps running, without a summary", fix=fix)
            case SummaryFinished():
                return
            case _:
                pass
    raise MachineFailure("the session ended before the summary was finished", kept="no summary was kept")


def _under_way(started: SummaryStarted) -> str:
    said = f"{counted(started.words, 'word')} in {counted(started.lines, 'line')}"
    where = started.host.removesuffix(":443") if started.leaves_machine else "this machine"
    return f"summarizing {said} with {started.model} on {where}, {counted(started.parts, 'request')}"


def _decide(client: HubClient, held: RequestHeld, started: SummaryStarted, may_go_to: str) -> None:
    allowed = False
    try:
        host = held.host.removesuffix(":443")
        allowed = may_go_to == host if may_go_to else _is_allowed(held, started)
    finally:
        client.publish(RequestDecided(question=held.question, allowed=allowed, by=CONTROL))


def _is_allowed(held: RequestHeld, started: SummaryStarted) -> bool:
    """Ask; without a terminal nothing is allowed."""
    host, said = held.host.removesuffix(":443"), printable(summary_texts.consent(held, started))
    typer.echo(f"\n{textwrap.fill(said, min(shutil.get_terminal_size().columns, _WIDEST))}", err=True)
    while sys.stdin.isatty():
        chosen = typer.prompt("Send it? (yes, no, view)", default="no", err=True).strip().casefold()
        if "view".startswith(chosen or "no"):
            typer.echo(f"\n{printable(held.body)}\n", err=True)
        else:
            return bool(chosen) and "yes".startswith(chosen)
    typer.echo(f"Not sent; to allow it in a script, add --may-go-to {host}", err=True)
    return False


def _answers(client: HubClient, record: Record) -> bool:
    """Read the log so far; return whether the stage that answers is ready."""
    ready = False
    timeout_s = _FIRST_POLL_S
    while batch := client.poll(timeout_s):
        for logged in batch:
            record.apply(logged)
            ready |= isinstance(logged.event, StageReady) and logged.event.stage == "llm"
        timeout_s = _POLL_S
    return ready


def _events(client: HubClient, run: Run, record: Record) -> Iterator[Event]:
    """Yield new events until the session ends; fail if llm does not begin."""
    deadline_s, begun = time.monotonic() + _BEGIN_S, False
    while run.directory.exists():
        for logged in client.poll(_POLL_S):
            record.apply(logged)
            begun |= isinstance(logged.event, SummaryStarted)
            yield logged.event
        if not begun and time.monotonic() > deadline_s:
            raise MachineFailure(
                f"no summary was begun within {_BEGIN_S:.0f} s",
                kept="the session keeps running",
                fix="see the messages in its window or terminal",
            )


def _show(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(summary).decode())
    else:
        typer.echo("\n".join([f"# {sentences.SUMMARY}", *summary_lines(summary, level=2)]))
