"""Wire format of Google's generateContent API for Gemini.

Pure. The key is sent in a header, never in the address, which servers log. An answer is complete with a
finish reason or a block reason; there is no "[DONE]".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from llm.prompt import Prompt, render
from llm.protocols.content import decoded, text_of
from llm.protocols.endings import GEMINI_ENDINGS
from llm.protocols.errors import chunks_in, one_line
from llm.protocols.protocol import (
    Dialect,
    ModelList,
    Protocol,
    Reply,
    count_in,
    part_of,
    text_in,
)
from llm.protocols.sse import ServerEvent

_MODELS_PATH = "models?pageSize=1000"


@dataclass
class GeminiReply(Reply):
    """State of one answer."""

    def feed(self, event: ServerEvent) -> str:
        """Apply an event and return the text it adds."""
        return "".join(map(self._read_chunk, chunks_in(event)))

    def _read_chunk(self, chunk: dict[str, Any]) -> str:
        self.model = one_line(text_in(chunk, "modelVersion")) or self.model
        self._read_usage(part_of(chunk, "usageMetadata"))
        blocked = one_line(text_in(part_of(chunk, "promptFeedback"), "blockReason"))
        if blocked:
            self.complete = self.declined = True
            self.stop_reason = blocked
        candidates = chunk.get("candidates")
        return self._read_candidate(candidates[0] if isinstance(candidates, list) and candidates else None)

    def _read_candidate(self, candidate: Any) -> str:
        self.end(one_line(text_in(candidate, "finishReason")), GEMINI_ENDINGS)
        parts = part_of(candidate, "content").get("parts")
        text = ""
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict) and part.get("thought"):
                self.thinking = True
            else:
                text += text_of(part.get("text") if isinstance(part, dict) else None)
        return text

    def _read_usage(self, usage: dict[str, Any]) -> None:
        self.prompt_tokens = count_in(usage, "promptTokenCount", self.prompt_tokens)
        self.cached_tokens = count_in(usage, "cachedContentTokenCount", self.cached_tokens)
        thought = count_in(usage, "thoughtsTokenCount")
        self.answer_tokens = (count_in(usage, "candidatesTokenCount") + thought) or self.answer_tokens
        self.thinking = self.thinking or thought > 0


def _headers(key: str) -> dict[str, str]:
    return {"x-goog-api-key": key} if key else {}


def _body(prompt: Prompt, model: str, dialect: Dialect) -> bytes:
    rendered = render(prompt, small=dialect.small)
    config: dict[str, Any] = {"maxOutputTokens": dialect.max_tokens}
    if dialect.temperature is not None:
        config["temperature"] = dialect.temperature
    parts = [{"text": rendered.instructions}], [{"text": rendered.text}]
    fields: dict[str, Any] = {"systemInstruction": {"parts": parts[0]}} if dialect.system_role else {}
    fields["generationConfig"] = config | dialect.extra
    fields["contents"] = [{"role": "user", "parts": parts[1] if dialect.system_role else parts[0] + parts[1]}]
    return msgspec.json.encode(fields)


def _ask_path(model: str) -> str:
    return f"models/{quote(model.removeprefix('models/'), safe='')}:streamGenerateContent?alt=sse"


def _models_in(body: str) -> ModelList | None:
    found = decoded(body)
    listed = found.get("models") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return None
    names = tuple(text_in(entry, "name").removeprefix("models/") for entry in listed if _answers(entry))
    token = text_in(found, "nextPageToken")
    return ModelList(names, f"{_MODELS_PATH}&pageToken={quote(token, safe='')}" if token else "")


def _answers(entry: Any) -> bool:
    methods = entry.get("supportedGenerationMethods") if isinstance(entry, dict) else None
    return bool(text_in(entry, "name")) and (not isinstance(methods, list) or "generateContent" in methods)


GENERATE_CONTENT = Protocol(
    ask_path=_ask_path,
    headers=_headers,
    body=_body,
    reply=GeminiReply,
    warm_path="models?pageSize=1",
    models_path=_MODELS_PATH,
    models_in=_models_in,
)
