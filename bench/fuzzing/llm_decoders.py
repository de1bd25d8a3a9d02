"""Fuzz targets of the llm: provider streams and bodies, notes, prices, counts, keys."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.fuzzing.decoder import FILE_LIMIT_S, Decoder, Forged, from_file
from bus import messages as m
from bus.failures import Failure, InputFailure, MachineFailure, SettingsFailure
from llm.keys.key_input import is_key
from llm.keys.session_keys import PIPE_VARIABLE, session_key
from llm.notes.index.passages import cut
from llm.notes.prepared_answers import PreparedAnswers
from llm.notes.read.note_files import read_notes
from llm.notes.search import Notes
from llm.protocols.anthropic import MESSAGES
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.errors import StreamFailed, error_in
from llm.protocols.gemini import GENERATE_CONTENT
from llm.protocols.protocol import Protocol
from llm.protocols.responses import RESPONSES
from llm.protocols.sse import EventTooLong, ServerEvent, SseParser
from llm.protocols.visible.visible_text import VisibleText
from llm.usage import prices
from llm.usage.daily_counts import DailyCounts
from llm.usage.totals import Count

_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_DAY = datetime.date(2026, 1, 2)
_PROTOCOLS = {
    "chat": CHAT_COMPLETIONS, "anthropic": MESSAGES, "gemini": GENERATE_CONTENT, "responses": RESPONSES,
}  # fmt: skip

_STREAM_WORDS = (b"data: ", b"event: ", b"\n\n", b"\r", b"[DONE]", b'"error"', b'{"error":', b'"usage":',
                 b"[", b"{",
                 b"\xef\xbb\xbf", b"\\ud800", b"\\ude00", b"<think>", b"</think>", b"<|im_end|>",
                 b"9999999999", b"1e999", b":", b"}\n",
                 b'"retryDelay": "99s"')  # fmt: skip


def _sse(body: bytes) -> None:
    whole, pieces = SseParser(), SseParser()
    events = _events(whole, [body])
    if events != _events(pieces, [body[at : at + 7] for at in range(0, len(body), 7)]):
        raise Forged("the events depend on how the bytes are split")


def _events(parser: SseParser, chunks: list[bytes]) -> list[ServerEvent]:
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.rest()


def _stream(protocol: Protocol) -> Callable[[bytes], object]:
    def read(body: bytes) -> None:
        """Read a stream to its end, and report it as the stage does."""
        parser, reply, text, visible = SseParser(), protocol.reply(), "", VisibleText()
        for event in _events(parser, [body]):
            with contextlib.suppress(StreamFailed):
                text += visible.feed(reply.feed(event)).text
        text += visible.finish(cut_off=False).text
        counts = (reply.prompt_tokens, reply.cached_tokens, reply.answer_tokens)
        m.encode(m.AnswerFinished(question=1, text=text, model=reply.model, stop_reason=reply.stop_reason,
                                  prompt_tokens=counts[0], answer_tokens=counts[2]))  # fmt: skip
        _PRICES.cost("openai", "gpt-5", *counts)
        if not reply.complete and reply.done:
            raise Forged("an answer is done without being complete")

    return read


_PRICES = prices.load(Path("/nowhere"))


def _answer_body(body: bytes) -> None:
    text = body.decode(errors="replace")
    error = error_in(text)
    m.encode(m.ProblemReported(stage="llm", problem=f"{error.message} {error.code} {error.reason}"))
    for protocol in _PROTOCOLS.values():
        found = protocol.models_in(text)
        if found:
            m.encode(
                m.ProviderReady(
                    provider="p", host="h", model="", models=list(found.names), leaves_machine=True
                )
            )


def _notes(path: Path) -> None:
    """Read notes, and search them as for a question."""
    notes = read_notes([path]).notes
    found = Notes(cut(notes), PreparedAnswers(notes)).best_passages(
        "What was the biggest mistake you made at work?"
    )
    m.encode(m.PassagesRetrieved(question=1, passages=found, search_ms=1.0))


def _docx_around(xml: bytes) -> bytes:
    """Return a .docx file whose document part is these bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", xml)
    return buffer.getvalue()


def _docx_xml() -> Callable[[bytes], object]:
    read = from_file(_notes, ".docx")
    return lambda xml: read(_docx_around(xml))


def _spending(path: Path) -> None:
    count = DailyCounts(path).add(_DAY, Count(requests=1, prompt_tokens=2, answer_tokens=3, cost=0.1))
    if count.requests < 1 or count.cost < 0:
        raise Forged("a count went down")


def _key(body: bytes) -> None:
    read_end, write_end = os.pipe()
    try:
        os.set_blocking(read_end, False)
        os.write(write_end, body[:4096])
        key = session_key("openai", {PIPE_VARIABLE: f"{read_end},{write_end}"})
        if key and not is_key(key):
            raise Forged("an invalid key was accepted")
    finally:
        os.close(read_end)
        os.close(write_end)


def _prices(path: Path) -> None:
    prices.load(path).cost("openai", "gpt-5", 100, 10, 100)


def _json(*documents: object) -> list[bytes]:
    return [msgspec.json.encode(document) for document in documents]


def _streams(name: str, *documents: object) -> Decoder:
    whole = b"".join(b"data: " + msgspec.json.encode(document) + b"\n\n" for document in documents)
    seeds = [whole + b"data: [DONE]\n\n", *(b"data: " + body + b"\n\n" for body in _json(*documents))]
    seeds += [b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n',
              b'data: {"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED",'
              b'"details":[{"retryDelay":"3s",'
              b'"violations":[{"quotaId":"x"}]}]}}\n\n',
              b'{"error": {"code": 503,\n "message": "x"}\n}\n']  # fmt: skip
    return Decoder(
        name, _stream(_PROTOCOLS[name]), (EventTooLong,), lambda: seeds, _STREAM_WORDS, "lines", weight=20
    )


_NOTE_WORDS = (b"# ", b"## ", b"**", b"__", b"```\n", b"~~~", b" | ", b"---\n", b"- ", b"1. ", b"Q: ",
               b"A: ", b"?",
               b"\n\n", b" ", b"\t", b"\0", b"\xff\xfe", "\u2028".encode(), b"A", b"..", b"!", b"/",
               b"'")  # fmt: skip
_PDF_WORDS = (b"obj", b"endobj", b"stream\n", b"endstream", b"xref", b"trailer", b"/Length 99999",
              b"/Kids", b"/Count -1",
              b"/Pages", b"/MediaBox [0 0 1e38 1e38]", b" 1e38 Tf", b" Tm", b"1 0 R", b"<D800>",
              b"<110000>", b"[", b"<<",
              b"/Filter /FlateDecode", b"(", b"9999999999")  # fmt: skip

LLM = (
    Decoder("sse", _sse, (EventTooLong,), lambda: [
        b'event: message_start\r\ndata: {"type":"x"}\r\n\r\n: ping\n\ndata: a\rdata: b\r\r',
        b'\xef\xbb\xbfdata: x\n\n[{\n"error": {"code": 400}\n}]\nerror: {"message":"x"}\n\n',
    ], _STREAM_WORDS, "lines", weight=30),
    _streams("chat", {"model": "m", "choices": [{"delta": {"content": "Hi"}, "finish_reason": None}]},
             {"choices": [{"delta": {"reasoning": "hm"}, "finish_reason": "stop"}]},
             {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7,
                                       "prompt_tokens_details": {"cached_tokens": 2}}}),
    _streams("anthropic", {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 5,
             "cache_read_input_tokens": 1, "cache_creation_input_tokens": 1, "output_tokens": 1}}},
             {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
             {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}},
             {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
             {"type": "message_stop"}),
    _streams("gemini", {"modelVersion": "m", "candidates": [{"content": {"parts": [{"text": "Hi"},
             {"text": "t", "thought": True}]}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 5,
             "candidatesTokenCount": 7, "thoughtsTokenCount": 1, "cachedContentTokenCount": 1}},
             {"promptFeedback": {"blockReason": "SAFETY"}}),
    _streams("responses", {"type": "response.created", "response": {"model": "m"}},
             {"type": "response.output_text.delta", "delta": "Hi"},
             {"type": "response.completed", "response": {"usage": {"input_tokens": 5, "output_tokens": 7,
              "input_tokens_details": {"cached_tokens": 1}}}},
             {"type": "response.failed", "response": {"error": {"code": "x", "message": "y"}}}),
    Decoder("answer_body", _answer_body, (), lambda: _json(
        {"error": {"message": "no", "type": "invalid_request_error", "code": "model_not_found",
        "details": []}},
        [{"error": {"code": 429, "details": [{"reason": "R", "retryDelay": "12.5s",
                                              "violations": [{"quotaId": "Q"}]}]}}],
        {"error": "text", "code": "c"}, {"object": "error", "message": "m"},
        {"data": [{"id": "a"}, {"id": "b", "lifecycle": "retired"}], "has_more": True, "last_id": "b"},
        {"models": [{"name": "models/x", "supportedGenerationMethods": ["generateContent"]}],
        "nextPageToken": "t"},
    ), _STREAM_WORDS, "json", weight=30),
    Decoder("md", from_file(_notes, ".md"), (InputFailure,), tuple, _NOTE_WORDS, "lines",
            FILE_LIMIT_S, 3),
    Decoder("txt", from_file(_notes, ".txt"), (InputFailure,), tuple, _NOTE_WORDS, "lines",
            FILE_LIMIT_S, 3),
    Decoder("pdf", from_file(_notes, ".pdf"), (InputFailure,), tuple, _PDF_WORDS, "bytes",
            FILE_LIMIT_S, 2),
    Decoder("docx", from_file(_notes, ".docx"), (InputFailure,), tuple,
            (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"word/document.xml", b"<w:p>",
            b"<!ENTITY a 'b'>"), "bytes",
            FILE_LIMIT_S, 2),
    Decoder("docx_xml", _docx_xml(), (InputFailure,), tuple, limit_s=FILE_LIMIT_S,
            weight=2),
    Decoder("prices", from_file(_prices, ".toml"), (SettingsFailure,), lambda: [
        b'as_of = 2026-01-02\n[openai]\n"gpt-5*" = { prompt = 1.25, answer = 10.0, cached = 0.1 }\n'],
        (b"[", b"=", b"{ prompt", b"inf", b"nan", b"1e999", b"9", b".", b"a.", b"as_of", b"\n"), "lines",
        weight=4),
    Decoder("spending", from_file(_spending, ".json"), (MachineFailure,), lambda: _json(
        {"2026-01-02": {"requests": 1, "prompt_tokens": 2, "answer_tokens": 3, "cost": 0.5},
        "2025-12-31": {}}),
        (b"9", b"1e308", b"[", b'"2026-01-02"', b"-"), "json", weight=4),
    Decoder("key_pipe", _key, (Failure,), lambda: _json({"openai": "sk-0123", "groq": "gsk"}),
            (b"openai", b"\\n", b"\\u0000", b"[", b" "), "json", weight=20),
)  # fmt: skip
