"""The answer to one question as it grows: says every piece once, and its end exactly once.

The first piece is said at once; those that follow within the next moment are put together, so that a fast
model does not flood the bus. A held answer says nothing until it is released. To be used on one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.messages import AnswerFinished, AnswerStopped, AnswerStreamed, Event

SAID_EVERY_S = 0.04
"""Pieces are said at most this often: 25 times a second."""


class Answer:
    """One answer.

    Args:
        question: The question's number.
        publish: Takes the events.
        held: Keep everything back until `release`.
    """

    def __init__(self, question: int, publish: Callable[[Event], None], *, held: bool = False) -> None:
        self.question = question
        self.text = ""
        """What has arrived."""
        self.closed = False
        self._pass_on = publish
        self._kept_back: list[Event] | None = [] if held else None
        self._unsaid = ""
        self._anew = False
        self._received_ns = 0
        self._timer: asyncio.TimerHandle | None = None

    def grow(self, added: str, received_ns: int, *, replaces: bool = False) -> None:
        """Append text that arrived at this monotonic time, or start over with it."""
        if self.closed:
            return
        if replaces:
            self.text, self._unsaid, self._anew = "", "", True
        self.text += added
        if not self._unsaid:
            self._received_ns = received_ns
        self._unsaid += added
        if self._timer is None:
            self._flush()
            self._timer = asyncio.get_running_loop().call_later(SAID_EVERY_S, self._on_timer)

    def finish(self, *, model: str, stop_reason: str, prompt_tokens: int, answer_tokens: int) -> None:
        """Say that the answer is complete."""
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
        """Say that the answer ends here, incomplete."""
        if self._close():
            self._publish(AnswerStopped(question=self.question, cause=cause, kept=self.text, fix=fix))

    def release(self) -> None:
        """Say what was kept back, and keep nothing back from here on."""
        kept_back, self._kept_back = self._kept_back, None
        for event in kept_back or ():
            self._pass_on(event)

    def discard(self) -> None:
        """Say nothing, now or later."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _publish(self, event: Event) -> None:
        if self._kept_back is None:
            self._pass_on(event)
        else:
            self._kept_back.append(event)

    def _close(self) -> bool:
        """Say what is left; return False when the answer was closed before."""
        if self.closed:
            return False
        self._flush()
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        return True

    def _on_timer(self) -> None:
        self._timer = None
        if (self._unsaid or self._anew) and not self.closed:
            self._flush()
            self._timer = asyncio.get_running_loop().call_later(SAID_EVERY_S, self._on_timer)

    def _flush(self) -> None:
        if self._unsaid or self._anew:
            self._publish(
                AnswerStreamed(
                    question=self.question,
                    delta=self._unsaid,
                    received_ns=self._received_ns,
                    replaces=self._anew,
                )
            )
            self._unsaid, self._anew = "", False
