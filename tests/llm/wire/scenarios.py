"""Scenarios of a request in each wire format: the server's reply, and the expected outcome."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.llm.wire.samples import Rejection, WireSamples
from tests.support.fake_provider import HEAD, Do, Step, chunk, plain_reply, split, stream

TEXTS = ("Größe \u2028", " „x“ 🙂", "\r\n- a\r\n")
WHOLE = "".join(TEXTS)
HALF = "Half an"
KEY = "sk-planted-0123456789abcdef"
ELSEWHERE = "http://127.0.0.1:9/elsewhere"


@dataclass(frozen=True)
class Scenario:
    """One reply and its outcome."""

    name: str
    reply: Sequence[Step]
    cause: str = ""
    """Part of the cause that the user reads; empty when the answer is complete."""
    kept: str = ""
    """The text of an incomplete answer."""
    tries: tuple[int, ...] = (1,)
    """Allowed numbers of requests."""


def scenarios(samples: WireSamples) -> Iterator[Scenario]:
    """Yield the scenarios of this wire format."""
    yield from _good(samples)
    yield from _refused(samples)
    yield from _broken(samples)
    yield from _silent(samples)


def good_replies(samples: WireSamples) -> dict[str, Sequence[Step]]:
    """Return the replies with a complete answer, by name."""
    return {scenario.name: scenario.reply for scenario in _good(samples)}


def breaking_replies(samples: WireSamples) -> dict[str, Sequence[Step]]:
    """Return the replies that end in an error after some text, by the error's shape."""
    return {shape: _half(samples, *events) for shape, events in samples.aborting.items()}


def _good(samples: WireSamples) -> Iterator[Scenario]:
    events = samples.answer(*TEXTS)
    whole = b"".join(events)
    yield Scenario("ok", stream(*events))
    yield Scenario("byte by byte", split(stream(*events)))
    yield Scenario("in sevens", split(stream(*events), 7))
    yield Scenario("all at once", [plain_reply(whole, "text/event-stream")])
    other_ends = whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    yield Scenario("other line ends", split(stream(other_ends), 11))
    packed = gzip.compress(whole)
    yield Scenario("gzip", [plain_reply(packed, "text/event-stream", content_encoding="gzip")])
    unknown = (b": ping\n\n", *samples.opening, *samples.thought, *samples.unknown)
    yield Scenario("strange events", stream(*unknown, *map(samples.piece, TEXTS), *samples.closing))
    yield Scenario("pings between", stream(*(part for event in events for part in (event, b": ping\n\n"))))


def _refused(samples: WireSamples) -> Iterator[Scenario]:
    for status, refuse in samples.wrong_key.items():
        yield _reply(f"wrong key, {status}", refuse(KEY), "rejected the API key")
    yield _reply("spent", samples.quota_used_up, "used up")
    yield _reply("no such model", samples.no_model, f"has no model {samples.model!r}")
    limited, busy = ("429 Too Many Requests", samples.limited), ("503 Service Unavailable", samples.busy)
    yield _reply("429, wait long", limited, "rate limit reached", retry_after="60")
    yield _reply("429", limited, "rate limit reached", tries=(1, 2, 3))
    yield _reply("503", busy, "overloaded or failing (HTTP 503)", tries=(2, 3))
    yield _reply("529", ("529 Overloaded", busy[1]), "overloaded or failing (HTTP 529)", tries=(2, 3))
    page = plain_reply(b"<html><body>Sign in</body></html>", "text/html; charset=utf-8")
    yield Scenario("a page", [page], "a web page")
    yield _reply("an error with 200", ("200 OK", samples.busy), "not a stream")
    moved = plain_reply(b"", "text/plain", "307 Temporary Redirect", location=ELSEWHERE)
    yield Scenario("a redirect", [moved], "redirects are not followed")
    yield Scenario("declined", stream(*samples.opening, *samples.declining), "declined", _words_of(samples))


def _broken(samples: WireSamples) -> Iterator[Scenario]:
    for shape, reply in breaking_replies(samples).items():
        yield Scenario(f"breaks off: {shape}", reply, "overloaded", HALF)
    early = stream(*next(iter(samples.aborting.values())))
    yield Scenario("breaks off at once", early, "overloaded", tries=(2, 3))
    yield Scenario("ends without an end", _half(samples), "stopped in the middle", HALF)
    half = _half(samples)[:-1]
    yield Scenario("is cut", [*half, Do.CLOSE], "the connection to", HALF)
    yield Scenario("is reset", [*half, Do.RESET], "the connection to", HALF)
    yield Scenario("is reset at once", [HEAD, Do.RESET], "the connection to", tries=(2, 3))
    huge = chunk(b"data: " + b"x" * (1 << 20))
    yield Scenario("a huge event", [*half, huge, chunk(b"x" * 9), Do.CLOSE], "far too long", HALF)
    only = stream(*samples.opening, *samples.thought, *samples.only_reasoning)
    yield Scenario("only thought", only, "no visible answer")


def _silent(samples: WireSamples) -> Iterator[Scenario]:
    yield Scenario("nothing at all", [Do.WAIT], "sent no text in time")
    yield Scenario("no first word", [HEAD, Do.WAIT], "sent no text in time")
    yield Scenario("only pings", [HEAD, Do.PING], "sent no text in time")


def _half(samples: WireSamples, *events: bytes) -> list[Step]:
    return stream(*samples.opening, samples.piece(HALF), *events)


def _reply(
    name: str, refused: Rejection, cause: str, tries: tuple[int, ...] = (1,), **headers: str
) -> Scenario:
    status, body = refused
    return Scenario(name, [plain_reply(body, "application/json", status, **headers)], cause, tries=tries)


def _words_of(samples: WireSamples) -> str:
    """Return the text of a declined answer, where there is any."""
    words = "I cannot help with that."
    return words if any(words.encode() in event for event in samples.declining) else ""
