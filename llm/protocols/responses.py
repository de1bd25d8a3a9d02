"""Wire format of OpenAI's Responses API, which xAI uses too.

Pure. "store" is false, since a provider would otherwise store the answer for weeks. An answer is complete
after response.completed or response.incomplete; there is no "[DONE]".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

import msgspec

from llm.prompt import Prompt, render
from llm.protocols.chat_completions import models_in
from llm.protocols.content import text_of
from llm.protocols.endings import RESPONSES_ENDINGS, STOP
from llm.protocols.errors import ReportedError, StreamFailed, chunk_in, find_error, one_line
from llm.protocols.protocol import (
    Dialect,
    Protocol,
    Reply,
    bearer,
    count_in,
    messages_of,
    part_of,
    text_in,
)
from llm.protocols.sse import ServerEvent


@dataclass
class ResponsesReply(Reply):
    """State of one answer."""

    _added: bool = False

    def feed(self, event: ServerEvent) -> str:
        """Apply an event and return the text it adds."""
        chunk = chunk_in(event)
        kind, response = text_in(chunk, "type"), part_of(chunk, "response")
        self.model = one_line(text_in(response, "model")) or self.model
        match kind:
            case "response.output_text.delta":
                return self._add(text_of(chunk.get("delta")))
            case "response.output_text.done" if not self._added:
                return self._add(text_of(chunk.get("text")))
            case "response.refusal.delta":
                self.declined, self.stop_reason = True, "refusal"
                return text_in(chunk, "delta")
            case "response.completed" | "response.incomplete" | "response.cancelled":
                self._end(response)
                return self._whole(response)
            case "" if text_in(chunk, "object") == "response":  # the server ignored "stream"
                self.model = one_line(text_in(chunk, "model")) or self.model
                self._end(chunk)
                return self._whole(chunk)
            case "response.failed":
                raise StreamFailed(find_error(response, expected=True) or ReportedError(""))
            case _:
                self.thinking = self.thinking or _thinks(kind, chunk)
        return ""

    def _add(self, text: str) -> str:
        self._added = self._added or bool(text)
        return text

    def _whole(self, response: dict[str, Any]) -> str:
        """Return the text of a response that was not streamed."""
        output = response.get("output")
        messages = [item for item in output if text_in(item, "type") == "message"] if _is_list(output) else []
        return "" if self._added else self._add(text_of(messages))

    def _end(self, response: dict[str, Any]) -> None:
        self.complete = self.done = True
        reason = one_line(text_in(part_of(response, "incomplete_details"), "reason"))
        self.end(reason or one_line(text_in(response, "status")) or STOP, RESPONSES_ENDINGS)
        usage = part_of(response, "usage")
        self.prompt_tokens = count_in(usage, "input_tokens", self.prompt_tokens)
        self.answer_tokens = count_in(usage, "output_tokens", self.answer_tokens)
        self.cached_tokens = count_in(part_of(usage, "input_tokens_details"), "cached_tokens")


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _thinks(kind: str, chunk: dict[str, Any]) -> bool:
    return kind.startswith("response.reasoning") or text_in(part_of(chunk, "item"), "type") == "reasoning"


def _body(prompt: Prompt, model: str, dialect: Dialect) -> bytes:
    rendered = render(prompt, small=dialect.small)
    fields: dict[str, Any] = {
        "model": model,
        "stream": dialect.streams,
        "store": False,
    }
    if dialect.max_tokens_field:
        fields["max_output_tokens"] = dialect.max_tokens
    if dialect.temperature is not None:
        fields["temperature"] = dialect.temperature
    fields |= dialect.extra
    fields["input"] = messages_of(rendered, dialect)
    return msgspec.json.encode(fields)


RESPONSES = Protocol(
    ask_path=lambda model: "responses",
    headers=bearer,
    body=_body,
    reply=ResponsesReply,
    warm_path="models",
    models_path="models",
    models_in=models_in,
)
