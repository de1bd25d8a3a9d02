"""The chat-completions stream: from server-sent events to text, and to how it ended.

Pure. Written for OpenAI, Groq, xAI, Ollama, llama.cpp, LM Studio and vLLM, which agree on the words and
differ in the errors. An answer is complete when the server says so (a finish reason or "[DONE]"); that the
bytes end says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from llm.sse import ServerEvent

PATH, MODELS_PATH = "chat/completions", "models"
"""Where a question is asked, and where the models are listed."""

DONE = "[DONE]"


@dataclass(frozen=True)
class ProviderError:
    """What a provider said went wrong."""

    message: str
    code: str = ""
    """The provider's own code or type: "insufficient_quota", "model_not_found"."""


class StreamFailed(Exception):
    """The provider reported an error in the middle of its answer.

    Args:
        error: What it said.
    """

    def __init__(self, error: ProviderError) -> None:
        self.error = error
        super().__init__(error.message)


@dataclass
class ChatStream:
    """What has been learnt from the stream so far."""

    stop_reason: str = ""
    """The finish reason; "stop" when the server only said that it is done."""
    complete: bool = False
    """The server said that the answer is complete."""
    done: bool = False
    """Nothing more will come."""
    thinking: bool = False
    """The model has begun to reason, out of sight."""
    model: str = ""
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def take(self, event: ServerEvent) -> str:
        """Take in an event and return the text it adds; empty when it adds none.

        Raises:
            StreamFailed: The event is an error, in any of the shapes they come in.
        """
        if event.data.strip() == DONE:
            self.done = self.complete = True
            self.stop_reason = self.stop_reason or "stop"
            return ""
        chunk = _decoded(event.data)
        if not isinstance(chunk, dict):
            if event.name == "error":
                raise StreamFailed(ProviderError(_one_line(event.data)))
            return ""
        error = find_error(chunk, expected=event.name == "error")
        if error is not None:
            raise StreamFailed(error)
        self._take_usage(chunk)
        return self._take_choices(chunk.get("choices"))

    def _take_usage(self, chunk: dict[str, Any]) -> None:
        if isinstance(chunk.get("model"), str):
            self.model = chunk["model"]
        for holder in (chunk, chunk.get("x_groq")):
            usage = holder.get("usage") if isinstance(holder, dict) else None
            if isinstance(usage, dict):
                self.prompt_tokens = _count(usage.get("prompt_tokens"), self.prompt_tokens)
                self.answer_tokens = _count(usage.get("completion_tokens"), self.answer_tokens)

    def _take_choices(self, choices: Any) -> str:
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        if isinstance(choice.get("finish_reason"), str) and choice["finish_reason"]:
            self.stop_reason = choice["finish_reason"]
            self.complete = True
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return ""
        if delta.get("reasoning_content") or delta.get("reasoning"):
            self.thinking = True
        if isinstance(delta.get("refusal"), str) and delta["refusal"]:
            self.stop_reason = "refusal"
            return str(delta["refusal"])
        return delta["content"] if isinstance(delta.get("content"), str) else ""


def models_in(body: str) -> list[str] | None:
    """Return the models that the body of a list names; None when it is no list of models."""
    found = _decoded(body)
    listed = found.get("data") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return None
    return [entry["id"] for entry in listed if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def error_in(body: str) -> ProviderError:
    """Return the error in the body of a refused request, whatever it looks like."""
    found = _decoded(body)
    if isinstance(found, list) and found:
        found = found[0]
    error = find_error(found, expected=True) if isinstance(found, dict) else None
    return error or ProviderError("" if body.lstrip().startswith("<") else _one_line(body))


def find_error(found: dict[str, Any], *, expected: bool = False) -> ProviderError | None:
    """Return the error in a JSON object, or None when it is none.

    Args:
        found: The object.
        expected: The object is known to be an error, whatever its fields.
    """
    groq = found.get("x_groq")
    error = found.get("error") or (groq.get("error") if isinstance(groq, dict) else None)
    if isinstance(error, str):  # xAI: {"code": "…", "error": "…"}; Groq: {"x_groq": {"error": "…"}}
        return ProviderError(_one_line(error), str(found.get("code") or ""))
    if isinstance(error, dict):
        return ProviderError(_one_line(str(error.get("message") or error)), _code(error))
    if found.get("object") == "error":  # vLLM, older
        return ProviderError(_one_line(str(found.get("message") or "")), _code(found))
    if not expected:
        return None
    message = found.get("message") or found.get("detail") or found.get("error_description") or ""
    return ProviderError(_one_line(str(message)), _code(found))


def _code(error: dict[str, Any]) -> str:
    return next((str(error[key]) for key in ("code", "type", "status") if error.get(key)), "")


def _count(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300]
