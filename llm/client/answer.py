"""The answer to one question: publishes its pieces, and its end exactly once.

The first piece is published at once, later ones are merged, so that a fast model does not flood the bus. A
held answer publishes nothing until it is released. Use it on one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.messages import AnswerFinished, AnswerStopped, AnswerStreamed, Event

PUBLISH_EVERY_S = 0.04
"""Minimum interval between two pieces: 25 a second."""


class Answer:
    """One answer.

    Args:
        question: The question's number.
        publish: Publishes events.
        held: Publish nothing until `release`.
    """

    def __init__(self, question: int, publish: Callable[[Event], None], *, held: bool = False) -> None:
        self.question = question
        self.text = ""
        """The text so far."""
        self.closed = False
        self._publish_now = publish
        self._held: list[Event] | None = [] if held else None
        self._pending = ""
        self._replaces = False
        self._received_ns = 0
        self._timer: asyncio.TimerHandle | None = None

    def append(self, added: str, received_ns: int, *, replaces: bool = False) -> None:
        """Append text that arrived at this monotonic time, or replace all text with it."""
        if self.closed:
            return
        if replaces:
            self.text, self._pending, self._replaces = "", "", True
        self.text += added
        if not self._pending:
            self._received_ns = received_ns
        self._pending += added
        if self._timer is None:
            self._flush()
            self._timer = asyncio.get_running_loop().call_later(PUBLISH_EVERY_S, self._on_timer)

    def finish(self, *, model: str, stop_reason: str, prompt_tokens: int, answer_tokens: int) -> None:
        """Publish that the answer is complete."""
        if self._close():
            self._publish(
                AnswerFinished(
                    question=self.question,
                    text=self.text,
                    model=model,
                    stop_reason=stop_reason,
                    prompt_tokens=prompt_tokens,
                    answer_tokens=answer_tokens,
                )
            )

    def stop(self, cause: str, fix: str = "") -> None:
        """Publish that the answer ends here, incomplete."""
        if self._close():
            self._publish(AnswerStopped(question=self.question, cause=cause, kept=self.text, fix=fix))

    def release(self) -> None:
        """Publish what was held, and hold nothing from now on."""
        held, self._held = self._held, None
        for event in held or ():
            self._publish_now(event)

    def discard(self) -> None:
        """Publish nothing, now or later."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _publish(self, event: Event) -> None:
        if self._held is None:
            self._publish_now(event)
        else:
            self._held.append(event)

    def _close(self) -> bool:
        """Publish the pending text; return False when the answer was closed before."""
        if self.closed:
            return False
        self._flush()
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        return True

    def _on_timer(self) -> None:
        self._timer = None
        if (self._pending or self._replaces) and not self.closed:
            self._flush()
            self._timer = asyncio.get_running_loop().call_later(PUBLISH_EVERY_S, self._on_timer)

    def _flush(self) -> None:
        if self._pending or self._replaces:
            self._publish(
                AnswerStreamed(
                    question=self.question,
                    delta=self._pending,
                    received_ns=self._received_ns,
                    replaces=self._replaces,
                )
            )
            self._pending, self._replaces = "", False
