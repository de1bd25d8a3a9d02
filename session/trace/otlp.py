"""Writes trace spans as OTLP in JSON, one `ExportTraceServiceRequest` at a time. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from session.trace.utterance_traces import TraceSpan, Value

_TRACE_BYTES, _SPAN_BYTES = 16, 8
_INTERNAL, _ERROR = 1, 2
"""Numbers of a span's kind and status in OTLP."""


@dataclass(frozen=True)
class Origin:
    """What the spans of one session share."""

    version: str
    """The program's version."""
    session: bytes
    """Random bytes from which the numbers of traces and spans are made."""
    offset_ns: int
    """Added to CLOCK_MONOTONIC, it gives nanoseconds since 1970."""


def export_request(spans: Sequence[TraceSpan], origin: Origin) -> bytes:
    """Return the JSON of one request with these spans, in one line."""
    scope = {"name": "cuecard", "version": origin.version}
    resource = _attributes({"service.name": "cuecard", "service.version": origin.version})
    request = {
        "resourceSpans": [
            {
                "resource": {"attributes": resource},
                "scopeSpans": [{"scope": scope, "spans": [_span(span, origin) for span in spans]}],
            }
        ]
    }
    return msgspec.json.encode(request)


def _span(span: TraceSpan, origin: Origin) -> dict[str, Any]:
    parent = {"parentSpanId": _number(span.parent, origin, _SPAN_BYTES)} if span.parent else {}
    return {
        "traceId": _number(span.trace, origin, _TRACE_BYTES),
        "spanId": _number(span.id, origin, _SPAN_BYTES),
        **parent,
        "name": span.name,
        "kind": _INTERNAL,
        "startTimeUnixNano": str(span.start_ns + origin.offset_ns),
        "endTimeUnixNano": str(span.stop_ns + origin.offset_ns),
        "attributes": _attributes(dict(span.attributes)),
        "status": {"code": _ERROR} if span.is_error else {},
    }


def _number(name: str, origin: Origin, length: int) -> str:
    return hashlib.blake2b(name.encode(), key=origin.session, digest_size=length).hexdigest()


def _attributes(values: dict[str, Value]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}  # protobuf's JSON writes 64-bit numbers as text
        case float():
            return {"doubleValue": value}
    return {"stringValue": value}
