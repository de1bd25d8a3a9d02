"""The llm stage's conversation and answer session in this process, without hub and connector."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TypeVar

from bus import messages as m
from llm.__main__ import forward
from llm.client.context import ClientContext
from llm.client.http.sockets import DirectSockets
from llm.client.session import AnswerSession
from llm.commands import Command
from llm.conversation import Conversation
from llm.notes.search import Notes
from llm.settings import LlmSettings
from tests.support.llm_events import final, pause
from tests.support.waiting import wait_until

M = TypeVar("M", bound=m.Message)


class InProcessLlm:
    """Has the interface of `Live`, but starts no process.

    Args:
        settings: Of the llm stage.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self._queue: queue.SimpleQueue[m.Event] = queue.SimpleQueue()
        self._conversation = Conversation(settings, Notes([]))
        self._session = AnswerSession(ClientContext(settings, self._queue.put, DirectSockets()))
        self._utterances: dict[str, int] = {}
        self.events: list[m.Event] = []
        self._closed = False
        self._session.warm_up(settings.provider, settings.model)
        assert list(self._conversation.go_live()) == []

    def publish(self, text: str, source: str = "call") -> None:
        """Publish the final transcript of a sentence, half a minute after the one before."""
        self._utterances[source] = number = self._utterances.get(source, 0) + 1
        self.apply(final(text, source, number, 30.0 * number))

    def pause(self, text: str, source: str = "call") -> None:
        """Publish a pause of the next utterance after these words."""
        number = self._utterances.get(source, 0) + 1
        self.apply(pause(text, number, 30.0 * number, 32.0 * number, source))

    def apply(self, event: m.Event) -> None:
        """Publish an event of another stage."""
        self._queue.put(event)
        self._pump()

    def all(self, kind: type[M]) -> list[M]:
        """Return the events of this kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[M], count: int = 1) -> M:
        """Return the last of `count` events of this kind, once they are there."""
        self.wait_until(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[count - 1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Run the stage's loop until the condition holds."""
        wait_until(lambda: self._pump() and condition())

    def text(self, question: int = 1) -> str:
        """Return the streamed text of an answer."""
        return "".join(each.delta for each in self.all(m.AnswerStreamed) if each.question == question)

    def close(self) -> None:
        """End the session, once."""
        if not self._closed:
            self._closed = True
            self._session.close("the session ended")
            self._pump()

    def _pump(self) -> bool:
        """Apply what was published, as the stage's loop does."""
        while not self._queue.empty():
            event = self._queue.get()
            self.events.append(event)
            forward(event, self._session, live=True)
            for step in self._conversation.apply(m.Logged(len(self.events), len(self.events), event)):
                if isinstance(step, Command):
                    self._session.execute(step)
                else:
                    self._queue.put(step)
        return True
