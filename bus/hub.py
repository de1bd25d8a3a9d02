"""The hub: hears every event, numbers and keeps it, and gives it to whoever follows.

Followers ask, the hub answers: each has at most one answer under way, so a slow one fills no queue and
blocks nobody, and one that comes late reads the log from wherever it likes. The hub understands no event;
it checks that a peer knows the run's token and that the wiring table lets it say what it says.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

import msgspec
import zmq

from bus import messages, wiring
from bus.client import FOLLOW, SAY, Batch, Follow
from bus.failures import MachineFailure, Rejected
from bus.log import Follower, SessionLog
from bus.run import Run

_POLL_MS = 200

_TAKEN_AT_ONCE = 1000
"""After so many messages followers get their turn, whoever goes on sending."""

_LAST_WORDS_S = 1.0
"""How long what is under way at the end is still delivered."""

_TOLD_AT_FIRST, _TOLD_AGAIN_FACTOR = 1, 100
"""Refused messages are told of at the first, the hundredth, the ten thousandth."""


class Hub:
    """The event plane's centre.

    Args:
        run: The run whose peers meet here.

    Raises:
        MachineFailure: The socket cannot be made.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.log = SessionLog()
        self._followers: dict[bytes, Follower] = {}
        self.refused = 0
        """Messages that came without the token, were malformed or not the sender's to say."""
        self._told_at = _TOLD_AT_FIRST
        self._context = zmq.Context()
        self._line: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._line.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._line.setsockopt(zmq.MAXMSGSIZE, messages.MAX_MESSAGE_BYTES)
        try:
            self._line.bind(run.hub_address)
        except zmq.ZMQError as error:
            self._context.destroy(linger=0)
            raise MachineFailure(
                f"the hub cannot listen at {run.hub_address} ({error})",
                kept="nothing was started",
                fix="free space in the run directory, or set XDG_RUNTIME_DIR to another one",
            ) from error
        self._kinds = {kind.__name__: kind for kind in wiring.KEPT | wiring.TRANSIENT}

    def serve(self, until: Callable[[], bool]) -> None:
        """Take and give events until `until()`; then what is under way is still delivered."""
        while not until():
            if self._line.poll(_POLL_MS):
                self._take_all()
                self._give()
        give_up = time.monotonic() + _LAST_WORDS_S
        while self._line.poll(50) and time.monotonic() < give_up:
            self._take_all()
            self._give()

    def publish(self, event: messages.Event) -> None:
        """Log an event of the hub's own."""
        self._keep(event)
        self._give()

    def close(self) -> int:
        """Drop the log, close the line, and return how many events were dropped."""
        count = self.log.wipe()
        self._followers.clear()
        self._context.destroy(linger=200)
        return count

    def _take_all(self) -> None:
        for _ in range(_TAKEN_AT_ONCE):
            try:
                peer, *frames = self._line.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                break
            try:
                self.take(peer, frames)
            except Rejected:
                self.refused += 1
        if self.refused >= self._told_at:
            self._told_at = max(self._told_at, self.refused) * _TOLD_AGAIN_FACTOR
            self._keep(_strangers(self.refused))

    def take(self, peer: bytes, frames: list[bytes]) -> None:
        """Take what a peer sends.

        Raises:
            Refused: It does not know the token, is malformed, or may not say that.
        """
        match frames:
            case [token, verb, name, body] if hmac.compare_digest(token, self._run.token):
                if verb == SAY:
                    self._hear(name, body)
                elif verb == FOLLOW:
                    self._follow(peer, body)
                else:
                    raise Rejected("a peer asked for something that the hub does not do")
            case _:
                raise Rejected("a peer does not know this run's token")

    def _hear(self, name: bytes, body: bytes) -> None:
        event = messages.decode(body)
        stage = name.decode(errors="replace")
        if not wiring.may_publish(stage, type(event)) or not _is_its_own(stage, event):
            raise Rejected(f"{name!r} may not say {type(event).__name__}")
        self._keep(event)

    def _keep(self, event: messages.Event) -> None:
        logged = self.log.append(event, time.monotonic_ns())
        for follower in self._followers.values():
            follower.offer(logged)

    def _follow(self, peer: bytes, body: bytes) -> None:
        try:
            follow = msgspec.msgpack.decode(body, type=Follow)
            kinds = frozenset(self._kinds[kind] for kind in follow.kinds)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError) as error:
            raise Rejected("a peer follows what does not exist") from error
        follower = self._followers.setdefault(peer, Follower(kinds))
        follower.kinds, follower.seq, follower.waiting = kinds, follow.since, True

    def _give(self) -> None:
        for peer, follower in list(self._followers.items()):
            events = follower.take(self.log)
            if events is None:
                continue
            try:
                answer = msgspec.msgpack.encode(Batch(events, follower.seq, self.log.latest_seq))
                self._line.send_multipart([peer, self._run.token, answer], zmq.DONTWAIT)
            except zmq.ZMQError:  # the peer went away; one that comes back follows anew
                del self._followers[peer]


def _is_its_own(stage: str, event: messages.Event) -> bool:
    """Tell whether a stage speaks of itself where it can speak of nothing else, and of its own source."""
    if isinstance(event, messages.Heartbeat | messages.StageReady) and event.stage != stage:
        return False
    source = stage.partition(":")[2]
    return not source or getattr(event, "source", source) == source


def _strangers(count: int) -> messages.ProblemReported:
    return messages.ProblemReported(
        stage="hub",
        problem=f"something on this machine that does not belong to this session knocked ({count} refused)",
        kept="nothing of it was taken, and nothing was given to it",
        fix="if it goes on, see which programs run as you",
    )
