"""OpenTelemetry spans: one trace an utterance, valid OTLP, no words unless requested, nothing leaves."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from bus import messages as m
from bus.failures import InputFailure, MachineFailure, UsageFailure
from session.run.start.demo import DEMO
from session.trace.export import events_in, export
from session.trace.otlp import Origin, export_request
from session.trace.span_output import Collector, local_url
from session.trace.utterance_traces import TraceSpan, UtteranceTraces
from tests.session.trace.test_trace import session_events
from tests.support import sample_session as story

ORIGIN = Origin("1", b"0" * 16, 1_000)


def traced(events: list[m.Logged], *, words: bool = False) -> list[TraceSpan]:
    traces = UtteranceTraces(words=words)
    return [span for logged in events for span in traces.apply(logged)]


def lines() -> bytes:
    return b"".join(logged.as_json() + b"\n" for logged in session_events())


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Return the address of a local HTTP server, and what it received."""
    received: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, json.loads(body) | {"x-echo": self.headers["x-echo"]}))
            self.send_response(503 if self.path == "/full" else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}", received
        server.shutdown()
        thread.join()


def test_an_utterance_is_a_trace_and_its_answer_joins_it() -> None:
    spans = traced(session_events())
    roots = [span for span in spans if not span.parent]
    assert [(span.name, span.attributes["cuecard.outcome"]) for span in roots] == [("utterance", "final")]
    assert {span.trace for span in spans} == {"mic/1"}
    answer = next(span for span in spans if span.name == "question")
    assert answer.parent == "mic/1"
    names = {span.name for span in spans if span.parent == answer.id}
    assert {"detect the question", "search the notes", "first byte", "answer"} <= names
    for span in spans:
        assert span.start_ns <= span.stop_ns
        parent = next((each for each in spans if each.id == span.parent), None)
        assert parent is None or parent.start_ns <= span.start_ns


def test_an_utterance_that_was_lost_is_an_error() -> None:
    lost = m.UtteranceLost(source="mic", utterance=1, start_sample=0, stop_sample=9, cause="stt died")
    events = [
        m.Logged(each.seq, each.logged_ns, lost if isinstance(each.event, m.FinalTranscribed) else each.event)
        for each in session_events()
    ]
    assert [span.is_error for span in traced(events) if not span.parent] == [True]


def test_a_reader_that_joins_in_the_middle_gets_whole_traces_only() -> None:
    for first in range(len(session_events())):
        spans = traced(session_events()[first:])
        ids = {span.id for span in spans}
        assert all(span.parent in ids for span in spans if span.parent)


def test_spans_have_no_words_unless_requested() -> None:
    whole = [*session_events(), *story.whole()]
    words = ("Because", "password", "Postgres", "hardest", "Berlin", "127.0.0.1")
    without, with_words = (
        export_request(traced(whole, words=requested), ORIGIN).decode() for requested in (False, True)
    )
    assert [word for word in words if word in without] == []
    assert "hardest" in with_words


def test_requests_are_what_the_protocol_demands() -> None:
    spans = traced(session_events())
    (resource,) = json.loads(export_request(spans, ORIGIN))["resourceSpans"]
    assert {"key": "service.name", "value": {"stringValue": "cuecard"}} in resource["resource"]["attributes"]
    written = resource["scopeSpans"][0]["spans"]
    assert len({each["spanId"] for each in written}) == len(spans)
    for each, span in zip(written, spans, strict=True):
        assert (len(each["traceId"]), len(each["spanId"])) == (32, 16)
        assert ("parentSpanId" in each) == bool(span.parent)
        assert each["startTimeUnixNano"] == str(span.start_ns + 1_000)
        assert all(len(attribute["value"]) == 1 for attribute in each["attributes"])


def test_two_sessions_have_different_numbers() -> None:
    spans = traced(session_events())
    other = Origin("1", b"1" * 16, 1_000)
    assert export_request(spans, ORIGIN) != export_request(spans, other)


def test_lines_that_are_no_events_are_left_out() -> None:
    broken = [
        b"",
        b"{",
        b'{"seq": 1, "logged_ns": 2, "type": "Unknown"}',
        b"[1]",
        b"\xff",
        lines().splitlines()[0],
    ]
    assert [type(each.event).__name__ for each in events_in(broken)] == ["CaptureStarted"]


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("http://localhost:4318/v1/traces", "http://127.0.0.1:4318/v1/traces"),
        ("http://127.0.0.1/x", "http://127.0.0.1/x"),
        ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces"),
    ],
)
def test_a_collector_on_this_machine_is_accepted(url: str, used: str) -> None:
    assert local_url(url) == used


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/v1/traces", "http://localhost.example.com/", "http://192.168.1.5:4318/", "http://0.0.0.0/",
        "http://127.0.0.1@example.com/", "http://a@localhost/", "https://localhost/", "localhost:4318", "", "http://[::1",
        "http://localhost:99999/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_any_other_endpoint_is_refused(url: str) -> None:
    with pytest.raises(UsageFailure, match="not the address of a collector on this machine"):
        Collector(url)


def test_words_are_not_given_to_a_collector(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines())
    with pytest.raises(UsageFailure, match="for files only"):
        export(file, output=None, endpoint="http://localhost:1/", words=True)


def test_a_local_collector_receives_the_traces(
    collector: tuple[str, list[tuple[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, received = collector
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # is not used
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines())
    export(file, output=None, endpoint=f"{url}/v1/traces", words=False)
    assert [path for path, _ in received] == ["/v1/traces"] * 2
    with pytest.raises(MachineFailure, match=r"2 traces were not written \(HTTP 503\)"):
        export(file, output=None, endpoint=f"{url}/full", words=False)


def test_headers_of_the_environment_are_sent(
    collector: tuple[str, list[tuple[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, received = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-echo=first%20one, X-Other=2,")
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines())
    export(file, output=None, endpoint=f"{url}/v1/traces", words=False)
    assert [body["x-echo"] for _, body in received] == ["first one"] * 2


@pytest.mark.parametrize("text", ["alone", "=value", "a b=c", "name=%0d%0aother:1", "name=%e2%82%ac"])
def test_malformed_headers_are_refused(text: str) -> None:
    with pytest.raises(UsageFailure, match="OTEL_EXPORTER_OTLP_HEADERS is malformed"):
        Collector("http://localhost:4318/v1/traces", text)


def test_without_a_collector_all_events_are_read_and_the_failure_comes_last(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(MachineFailure, match="2 traces were not written"):
        export(file, output=None, endpoint=f"http://127.0.0.1:{port}/", words=False)


def test_a_file_ends_when_it_was_written_last_and_no_file_is_replaced(tmp_path: Path) -> None:
    file, spans = tmp_path / "events.jsonl", tmp_path / "spans.jsonl"
    file.write_bytes(lines())
    os.utime(file, (1_700_000_000, 1_700_000_000))
    export(file, output=spans, endpoint=None, words=False)
    ends = [
        int(span["endTimeUnixNano"]) / 1e9
        for line in spans.read_text().splitlines()
        for span in spans_in(line)
    ]
    assert 1_700_000_000 - 10 < min(ends) <= max(ends) <= 1_700_000_000
    assert spans.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageFailure, match="exists already"):
        export(file, output=spans, endpoint=None, words=False)
    with pytest.raises(InputFailure, match="no events"):
        export(spans, output=tmp_path / "other", endpoint=None, words=False)


@pytest.mark.long
def test_a_session_that_runs_is_exported_through_a_pipe(tmp_path: Path) -> None:
    spans = tmp_path / "spans.jsonl"
    call = DEMO / "call.flac"
    command = (
        f"'{sys.executable}' -m session run --json --answer off --pace fast --source 'call=file:{call}' "
        f"| '{sys.executable}' -m session otel --output '{spans}' --words"
    )
    before_ns = time.time_ns()
    subprocess.run(command, shell=True, check=True, capture_output=True)
    found = [span for line in spans.read_text().splitlines() for span in spans_in(line)]
    roots = [span for span in found if "parentSpanId" not in span]
    assert len(roots) >= 5
    assert {"speech", "wait for the end", "final transcript"} <= {span["name"] for span in found}
    assert all(before_ns < int(span["endTimeUnixNano"]) < time.time_ns() for span in roots)
    assert "joining today" in spans.read_text()


def spans_in(line: str) -> list[dict[str, Any]]:
    spans: list[dict[str, Any]] = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    return spans
