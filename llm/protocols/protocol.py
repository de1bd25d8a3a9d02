"""Interface of a wire format: request body, answer stream, list of models.

Pure, and independent of any format. A `Protocol` is data: paths and functions, assembled in the file of its
format.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from llm.prompt import Prompt, RenderedPrompt
from llm.protocols.content import joined
from llm.protocols.endings import DECLINED, FAILED, LENGTH, STOP
from llm.protocols.errors import ReportedError
from llm.protocols.sse import ServerEvent

_MAX_TOKENS = 1 << 40
"""A larger count is invalid."""


@dataclass(frozen=True)
class Dialect:
    """Request fields that a server and model accept, within their format."""

    small: bool = False
    """The model is small: shorter prompt and answer, and no marks that it might echo."""
    max_tokens: int = 400
    max_tokens_field: str = "max_tokens"
    """Name of the field; servers of one format disagree. Empty omits it."""
    temperature: float | None = None
    wants_counts: bool = True
    """Whether to request token counts, where that needs a field."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of this server or model alone."""
    starts_in_reasoning: bool = False
    """The model's template opens the reasoning, so that only the closing tag is in its text."""

    system_role: bool = True
    """Send the instructions as a system message; else at the beginning of the user's message."""
    streams: bool = True
    """Value of the field `stream`, where there is one."""
    dropped: frozenset[str] = frozenset()
    """Changes made because the server complained; none is made twice."""

    def without_unsupported(self, complaint: str) -> Dialect | None:
        """Return the dialect without what a server's error names; None when that cannot be omitted.

        No list says which fields a model accepts, and it changes; a wrong guess must not make it unusable.
        """
        for name, pattern, change in _CHANGES:
            if name not in self.dropped and pattern.search(complaint):
                changed = change(self, complaint)
                if changed != self:
                    return replace(changed, dropped=self.dropped | {name})
        return None


def refuses_system_role(complaint: str) -> bool:
    """Return whether an error names the role of the instructions."""
    return bool(_SYSTEM_ROLE.search(complaint))


def _with_other_limit(was: Dialect, complaint: str) -> Dialect:
    other = "max_tokens" if was.max_tokens_field == "max_completion_tokens" else "max_completion_tokens"
    return replace(was, max_tokens_field=other)


def _without_limit(was: Dialect, complaint: str) -> Dialect:
    """Omit the limit when the field is unknown; a limit that is only too large stays."""
    name = rf"['\"`]?(?:{was.max_tokens_field or 'max_tokens'}|max_output_tokens)\b"
    unknown = r"(?:unsupported|unknown|unrecognized|unexpected|not permitted|not supported|not allowed)"
    found = re.search(rf"{unknown}[^.]{{0,40}}?{name}|{name}[^.]{{0,40}}?{unknown}", complaint, re.IGNORECASE)
    return replace(was, max_tokens_field="") if found else was


_SYSTEM_ROLE = re.compile(
    r"(?:system|developer)[\s'\"`_-]*(?:role|message|prompt|instruction)s?\b.{0,60}?"
    r"(?:not|n't|unsupported|invalid|unknown|disabled|must|only|fail)"
    r"|(?:not|n't|unsupported|invalid|unknown|unexpected|unrecognized).{0,60}?"
    r"\b(?:system|developer)[\s'\"`]*(?:role|message|prompt|instruction|$)"
    r"|role.{0,80}?(?:not|n't|unsupported|invalid|unknown|unexpected|only|input should be|one of)"
    r".{0,80}?\b(?:system|developer|user)\b"
    r"|is not one of.{0,80}?role|roles? must alternate|only user(?:,| and) assistant"
    r"|must (?:start|begin) with (?:a |the )?['\"`]?user"
    r"|first message must|(?:invalid|unsupported|unexpected|unknown)[\w\s]{0,20} role",
    re.IGNORECASE | re.DOTALL,
)
_CHANGES: tuple[tuple[str, re.Pattern[str], Callable[[Dialect, str], Dialect]], ...] = (
    ("system role", _SYSTEM_ROLE, lambda was, complaint: replace(was, system_role=False)),
    ("max_completion_tokens", re.compile(r"max_completion_tokens"), _with_other_limit),
    ("token limit", re.compile(r"max_(?:completion_|output_)?tokens"), _without_limit),
    ("stream_options", re.compile("stream_options"), lambda was, complaint: replace(was, wants_counts=False)),
    (
        "temperature",
        re.compile("temperature", re.IGNORECASE),
        lambda was, complaint: replace(was, temperature=None),
    ),
    (
        "tuning",
        re.compile("reasoning|thinking|effort|budget|repeat_penalty|cache_prompt", re.IGNORECASE),
        lambda was, complaint: replace(was, extra={}),
    ),
    (
        "stream",
        re.compile(
            r"\bstream(?:ing)?\b.{0,80}?(?:not|n't|unsupported|verified)|to stream this model", re.IGNORECASE
        ),
        lambda was, complaint: replace(was, streams=False),
    ),
)
"""Changes by complaint: the first that matches, each at most once."""


@dataclass
class Reply(ABC):
    """State of an answer, from the events so far."""

    stop_reason: str = ""
    """`stop`, `length`, or the provider's own value."""
    complete: bool = False
    """The provider marked the answer as complete; the end of the bytes does not count."""
    done: bool = False
    """No further event will follow."""
    thinking: bool = False
    """The model has begun to reason, outside its text."""
    declined: bool = False
    """The model or a content filter refuses to answer."""
    failure: ReportedError | None = None
    """Error that the final event carries."""
    model: str = ""
    prompt_tokens: int = 0
    """Including the cached."""
    cached_tokens: int = 0
    answer_tokens: int = 0
    """Including reasoning."""

    @abstractmethod
    def feed(self, event: ServerEvent) -> str:
        """Apply an event and return the text it adds; may contain reasoning and halves of surrogate pairs.

        Raises:
            StreamFailed: The event is an error.
        """

    def end(self, reason: str, endings: Mapping[str, str]) -> None:
        """Apply the stop reason; it may be empty.

        Args:
            reason: The provider's value.
            endings: Meanings of this protocol's values.
        """
        if not reason:
            return
        meaning = endings.get(reason.lower(), FAILED)
        self.complete = True
        self.declined = self.declined or meaning == DECLINED
        if meaning == FAILED and self.failure is None:
            self.failure = ReportedError(f"its finish reason is {reason!r}", reason)
        self.stop_reason = self.stop_reason or (meaning if meaning in (STOP, LENGTH) else reason)


@dataclass(frozen=True)
class ModelList:
    """One page of a list of models."""

    names: tuple[str, ...]
    next_path: str = ""
    """Path of the next page; empty on the last."""


@dataclass(frozen=True)
class Protocol:
    """One wire format."""

    ask_path: Callable[[str], str]
    """Path of requests to this model, under the base address."""
    headers: Callable[[str], dict[str, str]]
    """Headers of every request, with this key; the key may be empty."""
    body: Callable[[Prompt, str, Dialect], bytes]
    """Prompt to this model as UTF-8 JSON: equal bytes for equal prompts, constant parts first."""
    reply: Callable[[], Reply]
    """Creates the state of one answer."""
    warm_path: str
    """Path of a small request that keeps the connection open."""
    models_path: str
    models_in: Callable[[str], ModelList | None]
    """Parses a page of the list of models; None when it is not one."""


def messages_of(rendered: RenderedPrompt, dialect: Dialect) -> list[dict[str, str]]:
    """Return instructions and text as messages; as one where there is no system role."""
    if not dialect.system_role:
        return [{"role": "user", "content": f"{rendered.instructions}\n\n{rendered.text}"}]
    return [{"role": "system", "content": rendered.instructions}, {"role": "user", "content": rendered.text}]


def bearer(key: str) -> dict[str, str]:
    """Return the header with the key, as most formats use it."""
    return {"authorization": f"Bearer {key}"} if key else {}


def count_in(holder: Any, field_name: str, otherwise: int = 0) -> int:
    """Return the count in this field of a JSON object, or `otherwise`."""
    value = holder.get(field_name) if isinstance(holder, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_TOKENS:
        return otherwise
    return value


def part_of(holder: Any, *field_names: str) -> dict[str, Any]:
    """Return the nested JSON object under these fields; empty when there is none."""
    for name in field_names:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}


def text_in(holder: Any, field_name: str) -> str:
    """Return the text in this field of a JSON object, without lone surrogates; empty when there is none."""
    value = holder.get(field_name) if isinstance(holder, dict) else None
    return joined(value) if isinstance(value, str) else ""


def names_in(entries: Any, field_name: str) -> tuple[str, ...]:
    """Return the texts in this field of each entry of a JSON list."""
    found = [text_in(entry, field_name) for entry in entries] if isinstance(entries, list) else []
    return tuple(name for name in found if name)
