"""The hub: receives every event, numbers and logs it, and delivers it to subscribers.

Subscribers request, the hub replies: each has at most one reply under way, so a slow one fills no queue and
blocks no other, and a late one reads the log from any position. The hub interprets no event; it takes the
sender's name from its token, and checks that the wiring table allows what this sender publishes and receives.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

import msgspec
import zmq

from bus import messages, wiring
from bus.client import PADDING, PUBLISH, SUBSCRIBE, Batch, Subscription
from bus.counted import counted
from bus.failures import MachineFailure, Rejected
from bus.log.redaction import Redactions, closed_places, planned, unclosed
from bus.log.session_log import SessionLog, Subscriber
from bus.run import Run, socket_folder
from bus.stages.table import HUB

_POLL_MS = 200

_RECEIVED_AT_ONCE = 1000
"""Messages received before subscribers are served again."""

_DRAIN_S = 1.0
"""Limit for delivering the last messages at the end."""

_FIRST_REPORT_AT, _REPORT_FACTOR = 1, 100
"""Rejected messages are reported at the first, the hundredth, the ten thousandth."""


class Hub:
    """Server of the event plane.

    Args:
        run: The run to serve.

    Raises:
        MachineFailure: The socket cannot be created.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.log = SessionLog()
        self._subscribers: dict[bytes, Subscriber] = {}
        self._senders: dict[bytes, str] = {}
        """Names by token, of the tokens that were checked."""
        self._redactions = Redactions()
        self.rejected = 0
        """Messages without a token of this run, malformed, or not allowed for their sender."""
        self._report_at = _FIRST_REPORT_AT
        self._context = zmq.Context()
        self._socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.setsockopt(zmq.MAXMSGSIZE, messages.MAX_MESSAGE_BYTES)
        try:
            socket_folder(run.directory, HUB).mkdir(mode=0o700, exist_ok=True)
            self._socket.bind(run.hub_address)
        except (OSError, zmq.ZMQError) as error:
            self._context.destroy(linger=0)
            raise MachineFailure(
                f"the event hub cannot listen on {run.hub_address} ({error})",
                kept="nothing was started",
                fix="free space in the run directory, or set XDG_RUNTIME_DIR to another one",
            ) from error
        self._kinds = {kind.__name__: kind for kind in wiring.LOGGED | wiring.TRANSIENT}

    def serve(self, until: Callable[[], bool]) -> None:
        """Receive and deliver events until `until()`; then deliver what is still queued."""
        while not until():
            if self._socket.poll(_POLL_MS):
                self._receive_all()
                self._deliver()
        give_up = time.monotonic() + _DRAIN_S
        while self._socket.poll(50) and time.monotonic() < give_up:
            self._receive_all()
            self._deliver()

    def publish(self, event: messages.Event) -> None:
        """Log an event that the hub itself publishes."""
        self._append(event)
        self._deliver()

    def close(self) -> int:
        """Wipe the log, close the socket, and return how many events were wiped."""
        count = self.log.wipe()
        self._subscribers.clear()
        self._context.destroy(linger=200)
        return count

    def _receive_all(self) -> None:
        for _ in range(_RECEIVED_AT_ONCE):
            try:
                peer, *frames = self._socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                break
            try:
                self.receive(peer, frames)
            except Rejected:
                self.rejected += 1
        if self.rejected >= self._report_at:
            self._report_at = max(self._report_at, self.rejected) * _REPORT_FACTOR
            self._append(_rejection_report(self.rejected))

    def receive(self, peer: bytes, frames: list[bytes]) -> None:
        """Handle one message of a peer.

        Raises:
            Rejected: It has no token of this run, is malformed, or is not allowed for this sender.
        """
        match frames:
            case [token, verb, body] if verb in (PUBLISH, SUBSCRIBE):
                sender = self._sender(token)
                if verb == PUBLISH:
                    self._publish_event(sender, body)
                else:
                    self._subscribe(peer, token, sender, body)
            case _:
                raise Rejected("a request that the hub does not know")

    def _sender(self, token: bytes) -> str:
        """Return the name that a token proves."""
        if token not in self._senders:
            name = token.partition(b"=")[0].decode(errors="replace")
            expected = self._run.token(name)  # empty for a hub without the key, which then accepts nothing
            if not expected or not hmac.compare_digest(token, expected):
                raise Rejected("a message without a token of this run")
            self._senders[token] = name
        return self._senders[token]

    def _publish_event(self, sender: str, body: bytes) -> None:
        event = messages.decode(body)
        if not wiring.may_publish(sender, type(event)) or not _is_about_itself(sender, event):
            raise Rejected(f"{sender!r} may not publish {type(event).__name__}")
        if (admitted := self._redactions.admitted(sender, event)) is None:
            return
        self._append(admitted)
        if isinstance(event, messages.RedactionRequested):
            self._redact(event.last_s)

    def _redact(self, last_s: float) -> None:
        """Remove what was said last from the log, and publish what was removed."""
        events = self.log.all()
        redaction = planned(events, last_s, time.monotonic_ns())
        self._redactions.add(redaction, closed_places(events, redaction))
        outcomes = unclosed(events, redaction)
        self.log.redact(redaction)
        self._append(redaction)
        for outcome in outcomes:
            self._append(outcome)

    def _append(self, event: messages.Event) -> None:
        logged = self.log.append(event, time.monotonic_ns())
        for subscriber in self._subscribers.values():
            subscriber.offer(logged)

    def _subscribe(self, peer: bytes, token: bytes, sender: str, body: bytes) -> None:
        try:
            subscription = msgspec.msgpack.decode(body, type=Subscription)
            kinds = frozenset(self._kinds[kind] for kind in subscription.kinds)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError) as error:
            raise Rejected("an invalid subscription") from error
        if not all(wiring.may_receive(sender, kind) for kind in kinds):
            raise Rejected(f"{sender!r} may not receive all of {', '.join(subscription.kinds)}")
        subscriber = self._subscribers.setdefault(peer, Subscriber(kinds, token))
        subscriber.kinds, subscriber.seq, subscriber.waiting = kinds, subscription.since, True

    def _deliver(self) -> None:
        for peer, subscriber in list(self._subscribers.items()):
            events = subscriber.next_batch(self.log)
            if events is None:
                continue
            try:
                redacts = any(isinstance(logged.event, messages.LogRedacted) for logged in events)
                batch = Batch(events, subscriber.seq, self.log.latest_seq, PADDING if redacts else b"")
                answer = msgspec.msgpack.encode(batch)
                self._socket.send_multipart([peer, subscriber.token, answer], zmq.DONTWAIT)
            except zmq.ZMQError:  # the peer disconnected; when it is back it subscribes again
                del self._subscribers[peer]


def _is_about_itself(stage: str, event: messages.Event) -> bool:
    """Tell whether an event about a stage or a source comes from that stage or source itself."""
    if isinstance(event, messages.Heartbeat | messages.StageReady) and event.stage != stage:
        return False
    source = stage.partition(":")[2]
    return not source or getattr(event, "source", source) == source


def _rejection_report(count: int) -> messages.ProblemReported:
    return messages.ProblemReported(
        stage="hub",
        problem=f"rejected {counted(count, 'unauthenticated or invalid message')} on the event bus",
        kept="nothing was accepted from the sender, and nothing was sent to it",
        fix="if this continues, check which other programs run under your user",
    )
