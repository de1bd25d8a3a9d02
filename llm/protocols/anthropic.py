"""Wire format of Anthropic's Messages API.

Pure. The instructions are marked for prompt caching, which takes effect when they are long enough. An answer
is complete with a stop reason; "message_stop" ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from llm.prompt import Prompt, render
from llm.protocols.content import decoded, text_of
from llm.protocols.endings import MESSAGES_ENDINGS, STOP
from llm.protocols.errors import chunk_in, one_line
from llm.protocols.protocol import (
    Dialect,
    ModelList,
    Protocol,
    Reply,
    count_in,
    messages_of,
    names_in,
    part_of,
    text_in,
)
from llm.protocols.sse import ServerEvent

VERSION = "2023-06-01"

_MODELS_PATH = "models?limit=1000"


@dataclass
class MessagesReply(Reply):
    """State of one answer."""

    def feed(self, event: ServerEvent) -> str:
        """Apply an event and return the text it adds."""
        chunk = chunk_in(event)
        match text_in(chunk, "type"):
            case "message_start":
                message = part_of(chunk, "message")
                self.model = one_line(text_in(message, "model"))
                self._read_usage(part_of(message, "usage"))
            case "message":  # the server ignored "stream"
                self.model = one_line(text_in(chunk, "model"))
                self._read_usage(part_of(chunk, "usage"))
                self.end(one_line(text_in(chunk, "stop_reason")), MESSAGES_ENDINGS)
                self.complete = self.done = True
                return text_of(chunk.get("content"))
            case "content_block_start":
                return self._read_block(part_of(chunk, "content_block"))
            case "content_block_delta":
                delta = part_of(chunk, "delta")
                self.thinking = self.thinking or "thinking" in delta
                return text_of(delta.get("text"))
            case "message_delta":
                self._read_usage(part_of(chunk, "usage"))
                self.end(one_line(text_in(part_of(chunk, "delta"), "stop_reason")), MESSAGES_ENDINGS)
            case "message_stop":
                self.complete = self.done = True
                self.stop_reason = self.stop_reason or STOP
            case _:
                pass
        return ""

    def _read_block(self, block: dict[str, Any]) -> str:
        self.thinking = self.thinking or text_in(block, "type") == "thinking"
        return text_of(block.get("text"))

    def _read_usage(self, usage: dict[str, Any]) -> None:
        """Apply token counts; a later event replaces earlier counts."""
        if "input_tokens" in usage:
            self.cached_tokens = count_in(usage, "cache_read_input_tokens", self.cached_tokens)
            written = count_in(usage, "cache_creation_input_tokens")
            self.prompt_tokens = count_in(usage, "input_tokens") + self.cached_tokens + written
        self.answer_tokens = count_in(usage, "output_tokens", self.answer_tokens)


def _headers(key: str) -> dict[str, str]:
    return {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})


def _body(prompt: Prompt, model: str, dialect: Dialect) -> bytes:
    rendered = render(prompt, small=dialect.small)
    fields: dict[str, Any] = {
        "model": model,
        "stream": dialect.streams,
        "max_tokens": dialect.max_tokens,
    }
    if dialect.temperature is not None:
        fields["temperature"] = dialect.temperature
    fields |= dialect.extra
    instructions = {"type": "text", "text": rendered.instructions, "cache_control": {"type": "ephemeral"}}
    if dialect.system_role:
        fields["system"] = [instructions]
        fields["messages"] = [{"role": "user", "content": rendered.text}]
    else:
        fields["messages"] = messages_of(rendered, dialect)
    return msgspec.json.encode(fields)


def _models_in(body: str) -> ModelList | None:
    found = decoded(body)
    listed = found.get("data") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return None
    available = [entry for entry in listed if text_in(entry, "lifecycle") != "retired"]
    last = text_in(found, "last_id") if found.get("has_more") is True else ""
    return ModelList(
        names_in(available, "id"), f"{_MODELS_PATH}&after_id={quote(last, safe='')}" if last else ""
    )


MESSAGES = Protocol(
    ask_path=lambda model: "messages",
    headers=_headers,
    body=_body,
    reply=MessagesReply,
    warm_path="models?limit=1",
    models_path=_MODELS_PATH,
    models_in=_models_in,
)
