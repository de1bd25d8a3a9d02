"""Fuzz targets of the bus: events, hub messages and replies, logs, runs, rings."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import socket
import tempfile
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from bench.fuzzing.decoder import Decoder, Forged, from_file
from bus import messages as m
from bus import settings, wiring
from bus.client import PUBLISH, SUBSCRIBE, Batch, Subscription, batch_in
from bus.failures import Overrun, Rejected, RingUnavailable, SettingsFailure
from bus.hub import Hub
from bus.log.session_log import SessionLog, history_in
from bus.ring.memory import BLOCK_SAMPLES
from bus.ring.reader import AudioRing
from bus.ring.writer import RingWriter
from bus.run import Run
from bus.run.run_file import run_file_in
from session.settings import SCHEMA

_PARTS = 3
_EVENTS: tuple[m.Event, ...] = (
    m.SessionEnding(cause="the user stopped it"),
    m.Heartbeat(stage="vad:mic", processed_seq=7, processed_sample=160),
    m.ProblemReported(stage="stt", problem="a pass failed", kept="the words", fix="nothing"),
    m.SpeechResumed(source="mic", utterance=1, resumed_sample=16000),
    m.AnswerStreamed(question=1, delta="naïve …", received_ns=1),
    m.AnswerRequested(by="view"),
)
_MOMENTS = (m.Heartbeat, m.LevelMeasured)
_WORDS = (b"type", b"stage", b"SessionEnding", b"Heartbeat", b"ProblemReported", b"\xc1", b"\xde\xff\xff",
          b"\xdb\xff\xff\xff\xff",
          b"\x91", b"\xd6\xff\x00\x00\x00\x00", b"\xc7\x0c\xff", b"kinds", b"since")  # fmt: skip
_TOKEN_OF = b"TOKEN of "
_HUB_WORDS = (*_WORDS, _TOKEN_OF, PUBLISH, SUBSCRIBE)


def _event(body: bytes) -> None:
    event = m.decode(body)
    if m.decode(m.encode(event)) != event and "nan" not in repr(event):
        raise Forged("an event changed when it was encoded again")
    m.Logged(1, 0, event).as_json()


@functools.cache
def _hub() -> tuple[Hub, Run]:
    run = Run(Path(tempfile.mkdtemp(prefix="cuecard-fuzz-")), {}, b"0123456789abcdef" * 4)
    hub = Hub(run)
    atexit.register(run.remove)
    atexit.register(hub.close)
    return hub, run


def _packed(*frames: bytes) -> bytes:
    return msgspec.msgpack.encode(frames)


def _to_hub(body: bytes) -> None:
    """Receive frames as a peer may send them; `TOKEN of NAME` in the input stands for that stage's token."""
    hub, run = _hub()
    try:
        frames = msgspec.msgpack.decode(body, type=list[bytes])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        frames = [body[at::_PARTS] for at in range(_PARTS)]
    before = hub.log.latest_seq
    name = frames[0].removeprefix(_TOKEN_OF) if frames and frames[0].startswith(_TOKEN_OF) else None
    try:
        known = [] if name is None else [run.token(name.decode("latin-1"))]
        hub.receive(b"peer", [*known, *frames[len(known) :]])
    finally:
        said = hub.log.latest_seq > before
        hub.log.wipe()
    if said and (name is None or not _is_entitled(name, frames)):
        raise Forged("the hub logged an event from an unauthorized sender")


def _is_entitled(name: bytes, frames: list[bytes]) -> bool:
    """Tell, independently of the hub's code, whether these frames of this sender are valid."""
    if len(frames) != _PARTS or frames[1] != PUBLISH:
        return False
    kind = msgspec.msgpack.decode(frames[2]).get("type")
    return any(
        event.__name__ == kind and name.partition(b":")[0].decode("latin-1") in wiring.ROUTES[event].by
        for event in wiring.LOGGED
    )


def _hub_seeds() -> list[bytes]:
    follow = msgspec.msgpack.encode(Subscription(0, ["Heartbeat", "StageReady"]))
    said = [
        _packed(token + name, PUBLISH, m.encode(event))
        for token in (_TOKEN_OF, b"0" * 32)
        for name in (b"session", b"vad:mic", b"view", b"llm")
        for event in _EVENTS
    ]
    own = _TOKEN_OF + b"view"
    return [*said, _packed(own, SUBSCRIBE, follow), _packed(own, b"stop", b"")]


def _batch_seeds() -> list[bytes]:
    logged = [m.Logged(number, 1, event) for number, event in enumerate(_EVENTS, start=1)]
    return [msgspec.msgpack.encode(Batch(logged, 6)), msgspec.msgpack.encode(Batch([], 0))]


def can_be_log(events: Sequence[m.Logged]) -> bool:
    """Tell, independently of the log's code, whether these events can be a log."""
    rise = all(before.seq < after.seq for before, after in pairwise(events))
    return rise and all(one.seq >= 1 and not isinstance(one.event, _MOMENTS) for one in events)


def _past(body: bytes) -> None:
    """Restore a log and continue it, as a hub does."""
    history, log = history_in(body), SessionLog()
    if not can_be_log(history):
        raise Forged("an invalid log was accepted")
    try:
        again = history_in(msgspec.msgpack.encode(history))
        log.restore(history)
    except Rejected as refused:
        raise Forged("a log was rejected when it was encoded again") from refused
    if again != history and "nan" not in repr(history):
        raise Forged("a log changed when it was encoded again")
    last = log.append(m.SessionEnding(cause="the user stopped it"), 0)
    if last.seq != (history[-1].seq if history else 0) + 1:
        raise Forged("the log does not continue its numbers")
    msgspec.msgpack.encode(log.all())


def pasts() -> list[list[m.Logged]]:
    """Return valid logs: without gaps, with gaps, and before the first transcript."""
    kept = [event for event in _EVENTS if not isinstance(event, _MOMENTS)]
    whole = [m.Logged(number, number * 10**9, event) for number, event in enumerate(kept, start=1)]
    return [whole, [m.Logged(one.seq * 700, one.logged_ns, one.event) for one in whole[1:]], whole[:1], []]


def _run_seeds() -> list[bytes]:
    tables = {"stt": {"model": "base", "beam": 5}, "vad": {}}
    return [msgspec.json.encode({"settings": tables})]


def _settings(path: Path) -> None:
    settings.load(SCHEMA, file=path, environment={}, flags={})


def _settings_seeds() -> list[bytes]:
    return [
        b'[stt]\nmodel = "base"\nbeam = 5\n[vad]\n[llm]\nprovider = "auto"\nday_limit = 1.5\n',
        b"[session]\njson = true\nview = 'plain'\n[session.niceness]\nstt = 5\n",
        b"[session.cores]\n'vad:mic' = [0]\n",
    ]


@functools.cache
def _ring() -> bytes:
    """Return the memory of a ring with half a second of audio."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "r"
        with RingWriter(address, first_sample_ns=0, seconds=0.5) as writer:
            writer.write((np.arange(0.7 * 16_000) % 1000).astype(np.int16))
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(address))
                descriptor = socket.recv_fds(line, 64, 1)[1][0]
            body = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            os.close(descriptor)
    return body


@functools.cache
def _ring_address() -> Path:
    return Path(tempfile.mkdtemp(prefix="cuecard-fuzz-")) / "ring"


def _from_ring(body: bytes) -> None:
    """Read a ring whose memory comes from an untrusted server, sealed or not."""
    sealed = len(body) % 4 != 1
    with _served(body, sealed=sealed), AudioRing.attach(_ring_address(), timeout_s=0.0) as ring:
        if not sealed:
            raise Forged("a ring that can shrink under its readers was mapped")
        written, oldest = ring.written_sample, ring.oldest_sample
        for start in (oldest, written - 10 * BLOCK_SAMPLES, 0, written):
            for length in (0, 100, 1600):
                try:
                    got = ring.read(start, start + length)
                except Overrun:
                    continue
                if len(got) != length:
                    raise Forged("a reader got the wrong number of samples")
        with contextlib.suppress(Overrun):
            for number, window in enumerate(ring.windows(512, start_sample=oldest, until=lambda: False)):
                if number > 20 or not window.samples.size:
                    break


class _served:  # noqa: N801  # reads like the function it is
    """Serves a memory once, to the first client."""

    def __init__(self, body: bytes, *, sealed: bool) -> None:
        import fcntl

        self._descriptor = os.memfd_create("stranger", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.write(self._descriptor, body)
        if sealed:
            fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | 0x10)

    def __enter__(self) -> None:
        _ring_address().unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(_ring_address()))
        self._server.listen(1)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._server.accept()
        with line:
            socket.send_fds(line, [b"ring"], [self._descriptor])

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._server.close()
        os.close(self._descriptor)


BUS = (
    Decoder(
        "event", _event, (Rejected,), lambda: [m.encode(event) for event in _EVENTS], _WORDS, "msgpack",
        weight=40
    ),
    Decoder("hub", _to_hub, (Rejected,), _hub_seeds, _HUB_WORDS, "msgpack", weight=40),
    Decoder("batch", batch_in, (Rejected,), _batch_seeds, _WORDS, "msgpack", weight=30),
    Decoder("past", _past, (Rejected,), lambda: [*map(msgspec.msgpack.encode, pasts())],
            (*_WORDS, b"seq", b"logged_ns"), "msgpack", weight=20),
    Decoder("run_file", run_file_in, (ValueError,), _run_seeds, (b'"settings"', b"[", b"{"),
    "json",
            weight=20),
    Decoder("settings", from_file(_settings, ".toml"), (SettingsFailure,), _settings_seeds,
            (b"[", b"[[", b"]", b"=", b'"""', b"'''", b".", b"a.", b"9", b"1e999", b"nan", b"-inf",
            b"\\u0000",
             b"2026-01-01", b"00:00:00", b"[stt]", b"beam", b"\n"), "lines", weight=6),
    Decoder("ring", _from_ring, (RingUnavailable,), lambda: [_ring()], (b"GNIRCEUC",), weight=3,
    largest_bytes=1 << 17),
)  # fmt: skip
