"""The llm stage: detects questions, searches the notes, and answers."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bus.counted import counted
from bus.log.projection import is_own_start
from bus.messages import (
    Event,
    NoteAdded,
    ProblemReported,
    ProviderRequested,
    RequestDecided,
    StageDied,
    StageGivenUp,
    StageReady,
    UsageCounted,
)
from bus.stage import Stage
from bus.stages.table import SMALL_MODEL
from llm.client.context import ClientContext
from llm.client.http.sockets import socket_source
from llm.client.session import AnswerSession
from llm.commands import Command
from llm.conversation import Conversation
from llm.keys.key_broker import KeyBroker
from llm.notes.collection import NoteCollection
from llm.notes.read.note_files import read_notes
from llm.settings import LlmSettings


def main() -> None:
    """Run the stage."""
    started_ns = time.monotonic_ns()
    with Stage("llm") as stage, KeyBroker() as stored_keys:
        settings = stage.settings(LlmSettings)
        read = read_notes(settings.notes)
        collection = NoteCollection(read.notes, settings.meaning_model_path, stage.report)
        conversation = Conversation(settings, collection.notes)
        sockets = socket_source()
        token = stage.run.token(SMALL_MODEL)
        session = AnswerSession(ClientContext(settings, stage.publish, sockets, token, stored_keys.read))
        stage.publish(collection.loaded())
        stored_keys.wait_ready()
        stage.enter_sandbox()
        stage.ready(_description(settings, len(collection.notes)))
        reported: set[str] = set()
        while not stage.stopping():
            for logged in stage.poll(timeout_s=0.1):
                reported |= _reported(logged.event)
                forward(logged.event, session, live=conversation.live)
                if isinstance(logged.event, NoteAdded):
                    collection.add(logged.event)
                own_start = is_own_start(logged, stage.name, started_ns)
                if (own_start or conversation.live) and collection.refreshed():
                    conversation.use(collection.notes)
                    stage.publish(collection.loaded())
                _perform(conversation.apply(logged), stage, session)
                if own_start:
                    for remark in read.remarks:
                        if remark.problem not in reported:  # already, before a restart
                            stage.report(remark)
                    if settings.answer != "off":
                        session.warm_up(conversation.active.provider, conversation.active.model)
                    _perform(conversation.go_live(), stage, session)
            stage.heartbeat()
        session.close("the session ended")
        sockets.close()


def forward(event: Event, session: AnswerSession, *, live: bool) -> None:
    """Forward to the answer session what concerns the provider; of the history only what still counts."""
    match event:
        case StageReady(stage="model-server", address=address):
            session.small_model_moved(address)
        case StageDied(stage="model-server"):
            session.small_model_moved("")
        case StageGivenUp(stage="model-server"):
            session.small_model_given_up()
        case ProviderRequested(provider=provider, model=model) if live:
            session.switch_provider(provider, model)
        case RequestDecided(question=question, allowed=allowed) if live:
            session.approve(question, allowed=allowed)
        case UsageCounted() if not live:
            session.restore_usage(event)
        case _:
            pass


def _perform(steps: Iterable[Event | Command], stage: Stage, session: AnswerSession) -> None:
    for step in steps:
        if isinstance(step, Command):
            session.execute(step)
        else:
            stage.publish(step)


def _reported(event: Event) -> set[str]:
    return {event.problem} if isinstance(event, ProblemReported) and event.stage == "llm" else set()


def _description(settings: LlmSettings, passages: int) -> str:
    provider = "no answers" if settings.answer == "off" else f"provider {settings.provider}"
    return f"{provider}, {counted(passages, 'passage')} of notes"


if __name__ == "__main__":
    main()
