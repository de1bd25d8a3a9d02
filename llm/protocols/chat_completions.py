"""Chat completions: what OpenAI began, and most servers speak.

Pure. Written for OpenAI, Groq, Ollama, llama.cpp, LM Studio and vLLM, which agree on the words and differ in
the errors. Complete is what has a finish reason or "[DONE]".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from llm.asking.sse import ServerEvent
from llm.protocols.errors import chunk_in, decoded, one_line
from llm.protocols.protocol import (
    LENGTH,
    STOP,
    Dialect,
    ModelList,
    Protocol,
    Reply,
    bearer,
    count_in,
    names_in,
    part_of,
    text_in,
)
from llm.request import Wish, in_words

DONE = "[DONE]"

_ENDS = {"stop": STOP, "eos": STOP, "length": LENGTH}


@dataclass
class ChatReply(Reply):
    """Reads one answer."""

    def take(self, event: ServerEvent) -> str:
        """Take in an event and return the text it adds."""
        if event.data.strip() == DONE:
            self.done = self.complete = True
            self.stop_reason = self.stop_reason or STOP
            return ""
        chunk = chunk_in(event)
        self.model = one_line(text_in(chunk, "model")) or self.model
        self._take_usage(part_of(chunk, "x_groq", "usage") or part_of(chunk, "usage"))
        choices = chunk.get("choices")
        return self._take_choice(choices[0] if isinstance(choices, list) and choices else None)

    def _take_usage(self, usage: dict[str, Any]) -> None:
        self.prompt_tokens = count_in(usage, "prompt_tokens", self.prompt_tokens)
        self.answer_tokens = count_in(usage, "completion_tokens", self.answer_tokens)
        self.cached_tokens = count_in(
            part_of(usage, "prompt_tokens_details"), "cached_tokens", self.cached_tokens
        )

    def _take_choice(self, choice: Any) -> str:
        reason = one_line(text_in(choice, "finish_reason"))
        if reason:
            self.stop_reason = self.stop_reason or _ENDS.get(reason, reason)
            self.complete = True
            self.declined = self.declined or reason == "content_filter"
        delta = part_of(choice, "delta")
        if delta.get("reasoning_content") or delta.get("reasoning"):
            self.thinking = True
        refusal = text_in(delta, "refusal")
        if refusal:
            self.declined, self.stop_reason = True, "refusal"
        return refusal or text_in(delta, "content")


def _body(wish: Wish, model: str, dialect: Dialect) -> bytes:
    words = in_words(wish, small=dialect.small)
    fields: dict[str, Any] = {
        "model": model,
        "stream": True,
        dialect.max_tokens_field: dialect.max_tokens,
    }
    if dialect.wants_counts:
        fields["stream_options"] = {"include_usage": True}
    if dialect.temperature is not None:
        fields["temperature"] = dialect.temperature
    fields |= dialect.extra
    fields["messages"] = [
        {"role": "system", "content": words.instructions},
        {"role": "user", "content": words.text},
    ]
    return msgspec.json.encode(fields)


def models_in(body: str) -> ModelList | None:
    """Return the models that OpenAI's list, and those like it, names; None when it is no list of models."""
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
