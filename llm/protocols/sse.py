"""Parses server-sent events, independently of how the bytes are split.

Pure. Follows the WHATWG rules, with three deviations for real servers: events without data are dropped; the
field `error` (older llama.cpp) makes an event named "error"; a JSON value between events (Gemini's errors) is
an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llm.protocols.content import decoded

MAX_EVENT_BYTES = 1 << 20
"""Far above any piece of an answer."""

_MAX_BARE_LINES, _MAX_BARE_BYTES = 200, 1 << 16
"""Limits of a JSON value outside an event."""

_BARE_WORDS = (b"[DONE]", b"null")
"""Complete data that is not a JSON object."""

_BOM = b"\xef\xbb\xbf"


class EventTooLong(Exception):
    """An event, or a line of one, is longer than `MAX_EVENT_BYTES`."""


@dataclass(frozen=True)
class ServerEvent:
    """One event of a stream."""

    name: str
    """"message" when the server gave none."""
    data: str


class SseParser:
    """Parser of one stream."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._after_cr = False
        self._first_line = True
        self._name = ""
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._bare: list[bytes] = []

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Apply the next bytes and return the events they complete.

        Raises:
            EventTooLong: An event exceeds the limit; the stream is unusable from here.
        """
        events: list[ServerEvent | None] = []
        for line in self._lines(chunk):
            if line.startswith(b"data:") and self._lacks_empty_line(line):
                events.append(self._close_event())
            events.append(self._feed_line(line))
        return [event for event in events if event is not None]

    def rest(self) -> list[ServerEvent]:
        """Return the event or bare JSON value that the end of the bytes completes."""
        line = bytes(self._line)
        self._line.clear()
        if line.startswith(b"data:"):
            self._feed_line(line)
        elif line and (self._bare or line.startswith((b"{", b"["))):
            event = self._feed_bare(line)
            return [event] if event else []
        if self._data and _is_complete(b"\n".join(self._data)):
            event = self._close_event()
            return [event] if event else []
        return []

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        # Unlike str.splitlines, bytes.splitlines splits at LF, CR and CRLF only, not at U+2028.
        for piece in chunk.splitlines(keepends=True):
            text = piece.rstrip(b"\r\n")
            self._line += text
            if len(self._line) + self._data_bytes > MAX_EVENT_BYTES:
                raise EventTooLong
            if len(text) < len(piece):
                line = bytes(self._line)
                self._line.clear()
                yield line
        self._after_cr = chunk.endswith(b"\r") or (self._after_cr and not chunk)

    def _feed_line(self, line: bytes) -> ServerEvent | None:
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(_BOM)
        if line.startswith((b"data:", b"event:", b":")):
            self._bare.clear()
        elif self._bare or (line.startswith((b"{", b"[")) and not self._data):
            return self._feed_bare(line)
        if not line:
            return self._close_event()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"data":
                while value.startswith(b"data:"):  # written twice by some proxies
                    value = value.removeprefix(b"data:").removeprefix(b" ")
                self._add(value)
            case b"event":
                self._name = value.decode(errors="replace")
            case b"error":
                self._name = "error"
                self._add(value)
            case _:
                pass
        return None

    def _lacks_empty_line(self, line: bytes) -> bool:
        """Return whether a data line begins an event although no empty line ended the previous one."""
        begins = line.removeprefix(b"data:").strip().startswith((b"{", *_BARE_WORDS))
        return begins and len(self._data) == 1 and _is_complete(self._data[0])

    def _feed_bare(self, line: bytes) -> ServerEvent | None:
        """Add a line to a bare JSON value; return the value as an event when it is complete."""
        self._bare.append(line)
        whole = b"\n".join(self._bare)
        if not line or len(self._bare) > _MAX_BARE_LINES or len(whole) > _MAX_BARE_BYTES:
            self._bare.clear()
        elif line.rstrip()[-1:] in (b"}", b"]") and _is_json(whole):
            self._bare.clear()
            return ServerEvent("message", whole.decode(errors="replace"))
        return None

    def _add(self, value: bytes) -> None:
        self._data.append(value)
        self._data_bytes += len(value) + 1

    def _close_event(self) -> ServerEvent | None:
        data = b"\n".join(self._data).decode(errors="replace")
        event = ServerEvent(self._name or "message", data) if data else None
        self._name, self._data_bytes = "", 0
        self._data.clear()
        return event


def _is_complete(value: bytes) -> bool:
    """Return whether data is complete: a JSON object, `null`, or `[DONE]`."""
    return value.strip() in _BARE_WORDS or (value.strip().endswith(b"}") and _is_json(value))


def _is_json(value: bytes) -> bool:
    return decoded(value.decode(errors="replace")) is not None
