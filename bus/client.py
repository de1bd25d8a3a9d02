"""A process's line to the hub: say events, follow events.

Used by every stage, by the supervisor and by the bench. `publish` may be called from any thread; `poll` from
one thread only. Nothing here waits for the hub: what cannot be handed over at once raises.
"""

from __future__ import annotations

import contextlib
import hmac
import threading
from types import TracebackType
from typing import Annotated, Self

import msgspec
import zmq

from bus import wiring
from bus.failures import HubUnavailable, Rejected
from bus.messages import Event, Logged, Message, encode
from bus.run import Run

SAY, FOLLOW = b"say", b"follow"
"""The two things a peer asks of the hub."""

_QUEUED_EVENTS = 10_000


class Follow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for every event of these kinds after `since`; the hub answers as soon as there is one."""

    since: int
    kinds: list[str]


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hub's answer to `Follow`."""

    events: list[Logged]
    through_seq: Annotated[int, msgspec.Meta(ge=0)]
    """All events of the kinds asked for up to this number have been given."""
    latest_seq: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The newest event in the log: who has been given all up to here has caught up."""


_batches: msgspec.msgpack.Decoder[Batch] = msgspec.msgpack.Decoder(Batch)


def batch_in(body: bytes) -> Batch:
    """Return the hub's answer in `body`.

    Raises:
        Refused: It is none.
    """
    try:
        return _batches.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"an answer is not the hub's ({type(error).__name__})") from error


class HubClient:
    """A named line to the hub.

    Args:
        name: The stage's name, "vad:mic"; the wiring table says what it may say and what it hears.
        run: The run to join.
        kinds: Events to follow, when not those of the wiring table.
    """

    def __init__(self, name: str, run: Run, *, kinds: frozenset[type[Message]] | None = None) -> None:
        self.name = name
        self._token = run.token
        self._kinds = sorted(
            kind.__name__ for kind in (wiring.subscriptions(name) if kinds is None else kinds)
        )
        self._context = zmq.Context()
        self._publish_lock = threading.Lock()
        self._say_line = self._connect(run.hub_address)
        self._hear_line = self._connect(run.hub_address)
        self.processed_seq = 0
        """Every event up to this one was returned by an earlier `poll` and has been dealt with."""
        self.refused = 0
        """Answers that came from something else than this run's hub."""
        self.caught_up = False
        """Whether the last answer held the newest there was; before the first answer nobody knows."""
        self._given_seq = 0
        if self._kinds:
            self._ask()

    def publish(self, event: Event) -> None:
        """Hand an event to the hub.

        Raises:
            Refused: The wiring table does not let this stage say it.
            HubUnavailable: The hub has taken nothing for so long that the queue is full.
        """
        if not wiring.may_publish(self.name, type(event)):
            raise Rejected(f"{self.name} may not say {type(event).__name__}")
        frames = [self._token, SAY, self.name.encode(), encode(event)]
        with self._publish_lock:
            try:
                self._say_line.send_multipart(frames, zmq.DONTWAIT)
            except zmq.Again as error:
                raise HubUnavailable(
                    f"the hub takes no more from {self.name}", fix="restart the session"
                ) from error

    def poll(self, timeout_s: float = 0.0) -> list[Logged]:
        """Return the events that came since the last call, waiting at most `timeout_s` for the first.

        By calling again the caller says that it has dealt with what it got before.
        """
        self.processed_seq = self._given_seq
        if not self._hear_line.poll(round(timeout_s * 1000)):
            return []
        try:
            batch = self._answer(self._hear_line.recv_multipart())
        except Rejected:  # whoever took the hub's place is asked again, and so is the hub when it is back
            self.refused += 1
            self._ask()
            return []
        self._given_seq = batch.through_seq
        self.caught_up = batch.through_seq >= batch.latest_seq
        self._ask()
        return batch.events

    def close(self) -> None:
        """Close the line; what was said just before still goes out if the hub takes it within 0.2 s."""
        self._hear_line.close(linger=0)
        with self._publish_lock:
            self._say_line.close(linger=200)
        self._context.term()

    def _answer(self, frames: list[bytes]) -> Batch:
        match frames:
            case [token, body] if hmac.compare_digest(token, self._token):
                return batch_in(body)
            case _:
                raise Rejected("an answer does not know this run's token")

    def _ask(self) -> None:
        follow = msgspec.msgpack.encode(Follow(self._given_seq, self._kinds))
        with contextlib.suppress(zmq.Again):  # a hub that is gone answers nobody; the supervisor sees to it
            self._hear_line.send_multipart([self._token, FOLLOW, self.name.encode(), follow], zmq.DONTWAIT)

    def _connect(self, address: str) -> zmq.Socket[bytes]:
        line: zmq.Socket[bytes] = self._context.socket(zmq.DEALER)
        line.setsockopt(zmq.SNDHWM, _QUEUED_EVENTS)
        line.setsockopt(zmq.RCVHWM, _QUEUED_EVENTS)
        line.setsockopt(zmq.LINGER, 200)  # without a limit a process whose hub never came could not end
        line.connect(address)
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
