"""Wire format of chat completions, which OpenAI introduced and most servers use.

Pure. Gateways also send content in parts, a whole message, a completion's text, or Ollama's native format. An
answer is complete with a finish reason, after "[DONE]", or when it is a whole message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from llm.prompt import Prompt, render
from llm.protocols.content import decoded, text_of, thinks
from llm.protocols.endings import CHAT_ENDINGS, STOP
from llm.protocols.errors import chunk_in, find_error, one_line
from llm.protocols.protocol import (
    Dialect,
    ModelList,
    Protocol,
    Reply,
    bearer,
    count_in,
    messages_of,
    names_in,
    part_of,
    text_in,
)
from llm.protocols.sse import ServerEvent

DONE = "[DONE]"


@dataclass
class ChatReply(Reply):
    """State of one answer."""

    _text: str = ""
    """The text so far."""

    def feed(self, event: ServerEvent) -> str:
        """Apply an event and return the text it adds."""
        if event.data.strip() == DONE:
            self.done = self.complete = True
            self.stop_reason = self.stop_reason or STOP
            return ""
        chunk = chunk_in(event)
        self.model = one_line(text_in(chunk, "model")) or self.model
        self._read_usage(part_of(chunk, "x_groq", "usage") or part_of(chunk, "usage"))
        choices = chunk.get("choices")
        if isinstance(choices, list) and choices:
            whole = text_in(chunk, "object") != "chat.completion.chunk"
            return self._read_choice(choices[0] if isinstance(choices[0], dict) else {}, whole=whole)
        if self._text and choices == [] and part_of(chunk, "usage"):
            self.complete = True  # counts come last, also from servers without a finish reason
        return self._read_native(chunk)

    def _read_usage(self, usage: dict[str, Any]) -> None:
        self.prompt_tokens = count_in(usage, "prompt_tokens", self.prompt_tokens)
        self.answer_tokens = count_in(usage, "completion_tokens", self.answer_tokens)
        self.cached_tokens = count_in(
            part_of(usage, "prompt_tokens_details"), "cached_tokens", self.cached_tokens
        )

    def _read_choice(self, choice: dict[str, Any], *, whole: bool) -> str:
        error = find_error(choice)
        if error is not None:  # OpenRouter, when the provider behind it aborts
            self.failure, self.complete = error, True
        self._read_end(choice, "finish_reason")
        if "delta" in choice or "message" not in choice:
            delta = part_of(choice, "delta")
            return self._read_message(delta) or self._read_message({"content": choice.get("text")})
        before = self._text
        if whole:
            self.complete = True
            self.stop_reason = self.stop_reason or STOP
        text = self._read_message(part_of(choice, "message"))
        if text.startswith(before):  # some servers repeat the whole answer so far
            self._text = text
            return text.removeprefix(before)
        return text

    def _read_native(self, chunk: dict[str, Any]) -> str:
        """Apply a line of Ollama's native format, or an event of llama.cpp's."""
        if chunk.get("done") is True or chunk.get("stop") is True:
            self.complete = True
            self._read_end(chunk, "done_reason")
            self.stop_reason = self.stop_reason or STOP
            self.prompt_tokens = count_in(chunk, "prompt_eval_count", self.prompt_tokens)
            self.answer_tokens = count_in(chunk, "eval_count", self.answer_tokens)
        message = part_of(chunk, "message")
        return self._read_message(message or {"content": chunk.get("response") or chunk.get("content")})

    def _read_message(self, message: dict[str, Any]) -> str:
        content = message.get("content") or message.get("text")
        reasons = any(message.get(name) for name in ("reasoning_content", "reasoning", "thinking"))
        self.thinking = self.thinking or reasons or thinks(content)
        refusal = text_in(message, "refusal")
        if refusal:
            self.declined, self.stop_reason = True, "refusal"
        text = refusal or text_of(content)
        self._text += text
        return text

    def _read_end(self, holder: dict[str, Any], field_name: str) -> None:
        reason = one_line(text_in(holder, field_name))
        if reason.lower() not in ("null", "none"):
            self.end(reason, CHAT_ENDINGS)


def _body(prompt: Prompt, model: str, dialect: Dialect) -> bytes:
    rendered = render(prompt, small=dialect.small)
    fields: dict[str, Any] = {
        "model": model,
        "stream": dialect.streams,
    }
    if dialect.max_tokens_field:
        fields[dialect.max_tokens_field] = dialect.max_tokens
    if dialect.wants_counts and dialect.streams:
        fields["stream_options"] = {"include_usage": True}
    if dialect.temperature is not None:
        fields["temperature"] = dialect.temperature
    fields |= dialect.extra
    fields["messages"] = messages_of(rendered, dialect)
    return msgspec.json.encode(fields)


def models_in(body: str) -> ModelList | None:
    """Return the models in a list like OpenAI's; None when it is not a list of models."""
    found = decoded(body)
    listed = found.get("data") if isinstance(found, dict) else None
    return ModelList(names_in(listed, "id")) if isinstance(listed, list) else None


CHAT_COMPLETIONS = Protocol(
    ask_path=lambda model: "chat/completions",
    headers=bearer,
    body=_body,
    reply=ChatReply,
    warm_path="models",
    models_path="models",
    models_in=models_in,
)
