"""Client of the hub: publishes events and polls for subscribed ones.

Used by every stage, the supervisor and the bench. `publish` may be called from any thread, `poll` from one
thread only. Nothing waits for the hub: an event that cannot be queued at once raises.
"""

from __future__ import annotations

import contextlib
import hmac
import math
import threading
from types import TracebackType
from typing import Annotated, Self

import msgspec
import zmq

from bus import wiring
from bus.failures import HubUnavailable, Rejected
from bus.messages import Event, Logged, Message, encode
from bus.run import Run

PUBLISH, SUBSCRIBE = b"publish", b"subscribe"
"""The two requests of the hub's protocol."""

PADDING = bytes(1 << 14)
"""Overwrites the buffers of ZeroMQ at both ends, of 8 KiB each, where redacted words may be."""

_QUEUED_EVENTS = 10_000


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requests every event of these kinds after `since`; the hub replies as soon as there is one."""

    since: int
    kinds: list[str]
    padding: bytes = b""


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hub's reply to a `Subscription`."""

    events: list[Logged]
    through_seq: Annotated[int, msgspec.Meta(ge=0)]
    """All subscribed events up to this number have been delivered."""
    latest_seq: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Number of the newest event in the log; a client that has received up to here has caught up."""
    padding: bytes = b""
    """Zeros, if there was a redaction."""


_batches: msgspec.msgpack.Decoder[Batch] = msgspec.msgpack.Decoder(Batch)


def batch_in(body: bytes) -> Batch:
    """Decode the hub's reply in `body`.

    Raises:
        Rejected: It is not a batch.
    """
    try:
        return _batches.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"invalid reply from the hub ({type(error).__name__})") from error


class HubClient:
    """A named connection to the hub.

    Args:
        name: The stage's name, "vad:mic"; the wiring table says what it may publish and what it receives.
        run: The run to join.
        kinds: Events to subscribe to, instead of those of the wiring table.
    """

    def __init__(self, name: str, run: Run, *, kinds: frozenset[type[Message]] | None = None) -> None:
        self.name = name
        self._token = run.token(name)
        self._kinds = sorted(
            kind.__name__ for kind in (wiring.subscriptions(name) if kinds is None else kinds)
        )
        self._context = zmq.Context()
        self._unconfirmed: list[zmq.Socket[bytes]] = []
        self._publish_lock = threading.Lock()
        self._publish_socket = self._connect(run.hub_address)
        self._subscription_socket = self._connect(run.hub_address)
        self.processed_seq = 0
        """Every event up to this one was returned by an earlier `poll` and has been processed."""
        self.rejected = 0
        """Number of replies without this client's token, which only the hub of this run has too."""
        self.caught_up = False
        """Whether the last reply reached the newest event; False before the first reply."""
        self._delivered_seq = 0
        if self._kinds:
            self._request_events()

    def publish(self, event: Event) -> None:
        """Send an event to the hub.

        Raises:
            Rejected: The wiring table does not let this stage publish it.
            HubUnavailable: The hub has received nothing for so long that the queue is full.
        """
        if not wiring.may_publish(self.name, type(event)):
            raise Rejected(f"{self.name} may not publish {type(event).__name__}")
        frames = [self._token, PUBLISH, encode(event)]
        with self._publish_lock:
            try:
                self._publish_socket.send_multipart(frames, zmq.DONTWAIT)
            except zmq.Again as error:
                problem = f"the hub accepts no more events from {self.name}"
                raise HubUnavailable(problem, fix="restart the session") from error

    def poll(self, timeout_s: float = 0.0) -> list[Logged]:
        """Return the events since the last call, waiting at most `timeout_s` for the first.

        Calling again acknowledges that the events returned before have been processed.
        """
        self.processed_seq = self._delivered_seq
        if not self._subscription_socket.poll(math.ceil(timeout_s * 1000)):
            return []
        try:
            batch = self._batch(self._subscription_socket.recv_multipart())
        except Rejected:  # ask again, for when the real hub is back
            self.rejected += 1
            self._request_events()
            return []
        self._delivered_seq = batch.through_seq
        self.caught_up = batch.through_seq >= batch.latest_seq
        self._request_events(batch.padding)
        return batch.events

    def wait_connected(self, timeout_s: float) -> None:
        """Wait until the hub has accepted both connections, so that no socket is opened from then on.

        Raises:
            HubUnavailable: It has not.
        """
        for connection in self._unconfirmed:
            if not connection.get_monitor_socket().poll(math.ceil(timeout_s * 1000)):
                raise HubUnavailable("the hub does not answer", fix="start a session with `cuecard run`")
        self._end_monitoring()

    def close(self) -> None:
        """Close the connection; events published just before are still sent within 0.2 s."""
        self._end_monitoring()
        self._subscription_socket.close(linger=0)
        with self._publish_lock:
            self._publish_socket.close(linger=200)
        self._context.term()

    def _batch(self, frames: list[bytes]) -> Batch:
        match frames:
            case [token, body] if hmac.compare_digest(token, self._token):
                return batch_in(body)
            case _:
                raise Rejected("a reply without this client's token")

    def _request_events(self, padding: bytes = b"") -> None:
        subscription = msgspec.msgpack.encode(Subscription(self._delivered_seq, self._kinds, padding))
        with contextlib.suppress(zmq.Again):  # the hub is away; the supervisor restarts it
            self._subscription_socket.send_multipart([self._token, SUBSCRIBE, subscription], zmq.DONTWAIT)

    def _connect(self, address: str) -> zmq.Socket[bytes]:
        connection: zmq.Socket[bytes] = self._context.socket(zmq.DEALER)
        connection.setsockopt(zmq.SNDHWM, _QUEUED_EVENTS)
        connection.setsockopt(zmq.RCVHWM, _QUEUED_EVENTS)
        connection.setsockopt(zmq.LINGER, 200)  # unlimited, a process without a hub could not exit
        connection.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self._unconfirmed.append(connection)
        connection.connect(address)
        return connection

    def _end_monitoring(self) -> None:
        while self._unconfirmed:
            connection = self._unconfirmed.pop()
            monitor = connection.get_monitor_socket()
            connection.disable_monitor()
            monitor.close(linger=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
