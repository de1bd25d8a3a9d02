"""Commands that change what the running session holds: `cuecard mark`, `note` and `strike`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import typer

from bus.client import HubClient
from bus.failures import InputFailure, MachineFailure, UsageFailure
from bus.messages import (
    LogRedacted,
    Message,
    MomentMarked,
    NoteAdded,
    NotesLoaded,
    RedactionRequested,
    StageReady,
)
from bus.messages.answers import MOST_NOTE_BYTES
from bus.messages.control import MOST_MARKED
from bus.run import Run
from bus.stages.table import RESTARTED_ON_REDACTION
from bus.wiring import CONTROL
from overlay.texts import receipt
from session.control.remote_control import CONNECT_S, check_answers, events_of, history_of
from session.run.start.notes_reader import read_texts
from session.view import strings
from session.view.printable import printable


def mark(text: str) -> None:
    """Mark this moment in the running session, with a text.

    Raises:
        UsageFailure: The text is too long.
        MachineFailure: No session is running.
    """
    text = " ".join(printable(text).split())
    if len(text) > MOST_MARKED:
        raise UsageFailure(f"a mark has at most {MOST_MARKED} characters", kept="nothing was marked")
    with HubClient(CONTROL, Run.find(), kinds=frozenset()) as client:
        client.publish(MomentMarked(text=text, by=CONTROL))
        client.wait_connected(CONNECT_S)


def strike(last_s: float) -> None:
    """Strike what was said in the last seconds, and print the receipt once all stages have forgotten it.

    Raises:
        MachineFailure: No session is running, or it did not confirm.
    """
    kinds = frozenset[type[Message]]({LogRedacted, StageReady})
    with HubClient(CONTROL, Run.find(), kinds=kinds) as client:
        history = history_of(client)
        stages = {logged.event.stage for logged in history if isinstance(logged.event, StageReady)}
        awaited = stages & RESTARTED_ON_REDACTION
        client.publish(RedactionRequested(last_s=last_s, by=CONTROL))
        redaction: LogRedacted | None = None
        for logged in events_of(client, deadline_s=time.monotonic() + CONNECT_S):
            match logged.event:
                case LogRedacted() as redaction:
                    typer.echo(receipt.redacted(redaction))
                case StageReady(stage=stage) if redaction is not None:
                    awaited.discard(stage)
                case _:
                    pass
            if redaction is not None and not awaited:
                return
    raise MachineFailure(
        f"the session did not confirm within {CONNECT_S:.0f} s that all of it is forgotten",
        kept="nothing that was struck is in its log",
        fix="end the session to be sure",
    )


def note(paths: Sequence[str]) -> None:
    """Add files of notes to the running session, and print what it has now.

    Raises:
        InputFailure: A file cannot be read, or is too large.
        MachineFailure: No session is running, it answers no questions, or it did not confirm.
    """
    run = Run.find()
    reply = read_texts([str(Path(path).expanduser().absolute()) for path in paths])
    large = [name for name, text in reply.texts if len(text.encode()) > MOST_NOTE_BYTES]
    if large:
        raise InputFailure(
            f"{large[0]} has more than {MOST_NOTE_BYTES // 1000} kB of text",
            kept="nothing was added",
            fix="use the relevant part, or give it at the start with --notes",
        )
    for remark in reply.remarks:
        typer.echo(remark, err=True)
    names = [name for name, _ in reply.texts]
    with HubClient(CONTROL, run, kinds=frozenset[type[Message]]({StageReady, NotesLoaded})) as client:
        check_answers(history_of(client))
        for name, text in reply.texts:
            client.publish(NoteAdded(name=name, text=text, by=CONTROL))
        for logged in events_of(client, deadline_s=time.monotonic() + CONNECT_S):
            if isinstance(logged.event, NotesLoaded) and {*names} <= {*logged.event.files}:
                typer.echo(strings.notes_added(names, logged.event.passages))
                return
    raise MachineFailure(
        f"the session did not confirm the notes within {CONNECT_S:.0f} s",
        kept="the session keeps running",
        fix="see the messages in its window or terminal",
    )
