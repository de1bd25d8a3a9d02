"""Parses the errors that providers report, in all their shapes.

Pure. Every shape is accepted from every provider, because a gateway may use another's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from llm.protocols.content import decoded
from llm.protocols.sse import ServerEvent

MESSAGE_CHARACTERS = 300

_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


@dataclass(frozen=True)
class ReportedError:
    """An error as the provider reported it."""

    message: str
    code: str = ""
    """The provider's code or type: "insufficient_quota", "model_not_found"."""
    reason: str = ""
    """From the details: Anthropic's error_code, Google's reason or quota name."""
    retry_after_s: float = 0.0
    """Requested delay; 0 when the body has none."""


class StreamFailed(Exception):
    """The provider reported an error in the middle of its answer."""

    def __init__(self, error: ReportedError) -> None:
        self.error = error
        super().__init__(error.message)


def chunk_in(event: ServerEvent) -> dict[str, Any]:
    """Return the JSON object in an event; empty when there is none.

    Raises:
        StreamFailed: The event is an error.
    """
    return next(iter(chunks_in(event)), {})


def chunks_in(event: ServerEvent) -> list[dict[str, Any]]:
    """Return the JSON objects in an event: one, or those of a list.

    Raises:
        StreamFailed: One of them is an error.
    """
    found = decoded(event.data)
    chunks = [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]
    if not chunks and event.name == "error":
        raise StreamFailed(ReportedError(one_line(event.data)))
    for chunk in chunks:
        _check(chunk, expected=event.name == "error")
    return chunks


def _check(found: dict[str, Any], *, expected: bool) -> None:
    error = find_error(found, expected=expected)
    if error is not None:
        raise StreamFailed(error)


def error_in(body: str) -> ReportedError:
    """Return the error in the body of a response, in any shape."""
    found = _first(decoded(body))
    error = find_error(found, expected=True) if isinstance(found, dict) else None
    return error or ReportedError("" if body.lstrip().startswith("<") else one_line(body))


def find_error(found: dict[str, Any], *, expected: bool = False) -> ReportedError | None:
    """Return the error in a JSON object, or None.

    Args:
        found: The object.
        expected: The object is known to be an error, whatever its fields.
    """
    groq = found.get("x_groq")
    error = found.get("error") or (groq.get("error") if isinstance(groq, dict) else None)
    if isinstance(error, str):  # xAI: {"code": "…", "error": "…"}; Groq: {"x_groq": {"error": "…"}}
        return ReportedError(one_line(error), one_line(str(found.get("code") or "")))
    if isinstance(error, dict):
        return _read(error, str(error.get("message") or error))
    if found.get("object") == "error":  # vLLM, older
        return _read(found, str(found.get("message") or ""))
    detail = found.get("detail")  # FastAPI
    if not expected and found.get("type") != "error" and not (detail and "choices" not in found):
        return None  # OpenAI's Responses have all fields of an error on top, as documented
    return _read(found, str(found.get("message") or detail or found.get("msg") or ""))


def one_line(text: str) -> str:
    """Return the text as one short printable line."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * MESSAGE_CHARACTERS])
    return " ".join(shown.split())[:MESSAGE_CHARACTERS]


def _read(error: dict[str, Any], message: str) -> ReportedError:
    codes = (str(error[key]) for key in ("code", "type", "status") if error.get(key))
    reason, retry_after_s = _details(error.get("details"))
    return ReportedError(
        one_line(message),
        one_line(next((code for code in codes if code != "error"), "")),
        reason,
        retry_after_s,
    )


def _details(details: Any) -> tuple[str, float]:
    """Return the reasons in an error's details, and the requested delay."""
    if isinstance(details, dict):  # Anthropic
        return one_line(str(details.get("error_code") or "")), 0.0
    reasons, retry_after_s = [], 0.0
    for detail in details if isinstance(details, list) else []:  # Google
        if not isinstance(detail, dict):
            continue
        violations = detail.get("violations")
        for holder in (detail, *(violations if isinstance(violations, list) else ())):
            if isinstance(holder, dict):
                reasons += [str(holder[key]) for key in ("reason", "quotaId") if holder.get(key)]
        delay = _SECONDS.fullmatch(str(detail.get("retryDelay") or ""))
        retry_after_s = float(delay[1]) if delay else retry_after_s
    return one_line(" ".join(reasons)), retry_after_s


def _first(found: Any) -> Any:
    """Return the first item of a list; Google puts an error into a list of one."""
    return found[0] if isinstance(found, list) and found else found
