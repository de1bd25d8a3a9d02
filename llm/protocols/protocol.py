"""What a wire format is: how to ask, how to read the answer, how to read the list of models.

Pure, and without a word of any format. A protocol is data: paths and functions, put together in the file of
its format.
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

_MOST_TOKENS = 1 << 40
"""No answer has more; a larger count is none."""


@dataclass(frozen=True)
class Dialect:
    """What a server and a model want to read, within their format."""

    small: bool = False
    """The model is small: fewer words in, fewer out, and no marks it might echo."""
    max_tokens: int = 400
    max_tokens_field: str = "max_tokens"
    """Its name, where servers of one format disagree."""
    temperature: float | None = None
    wants_counts: bool = True
    """It may be asked to count the tokens, where that has to be asked for."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields that only this server or model knows."""
    begins_in_thoughts: bool = False
    """The model's prompt ends in the tag that opens its thoughts: only the closing tag is in its text."""

    system_role: bool = True
    """The instructions go in a message of the system; else they stand at the beginning of the user's."""
    streams: bool = True
    """The answer is asked for as a stream, where a field says so."""
    dropped: frozenset[str] = frozenset()
    """What was left out or changed because the server complained; nothing is changed twice."""

    def plainer(self, complaint: str) -> Dialect | None:
        """Return the dialect without what a server complains of; None when it complains of something else.

        What a model takes is nowhere listed, and changes: a wrong guess must not make it useless.
        """
        for name, pattern, change in _CHANGES:
            if name not in self.dropped and pattern.search(complaint):
                changed = change(self, complaint)
                if changed != self:
                    return replace(changed, dropped=self.dropped | {name})
        return None


def refuses_system_role(complaint: str) -> bool:
    """Return whether a server complains of the role in which it got the instructions."""
    return bool(_SYSTEM_ROLE.search(complaint))


def _with_other_limit(was: Dialect, complaint: str) -> Dialect:
    other = "max_tokens" if was.max_tokens_field == "max_completion_tokens" else "max_completion_tokens"
    return replace(was, max_tokens_field=other)


def _without_limit(was: Dialect, complaint: str) -> Dialect:
    """Leave the limit out when it is not known at all; a limit that is too large stays."""
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
    ("system role", _SYSTEM_ROLE, lambda was, said: replace(was, system_role=False)),
    ("max_completion_tokens", re.compile(r"max_completion_tokens"), _with_other_limit),
    ("token limit", re.compile(r"max_(?:completion_|output_)?tokens"), _without_limit),
    ("stream_options", re.compile("stream_options"), lambda was, said: replace(was, wants_counts=False)),
    (
        "temperature",
        re.compile("temperature", re.IGNORECASE),
        lambda was, said: replace(was, temperature=None),
    ),
    (
        "tuning",
        re.compile("reasoning|thinking|effort|budget|repeat_penalty|cache_prompt", re.IGNORECASE),
        lambda was, said: replace(was, extra={}),
    ),
    (
        "stream",
        re.compile(
            r"\bstream(?:ing)?\b.{0,80}?(?:not|n't|unsupported|verified)|to stream this model", re.IGNORECASE
        ),
        lambda was, said: replace(was, streams=False),
    ),
)
"""What a complaint leads to, the first that fits; each at most once."""


@dataclass
class Reply(ABC):
    """What has been learnt from an answer's stream so far."""

    stop_reason: str = ""
    """`stop`, `length`, or the provider's own word."""
    complete: bool = False
    """The provider said that the answer is complete; that the bytes end says nothing."""
    done: bool = False
    """Nothing more will come."""
    thinking: bool = False
    """The model has begun to reason, out of sight."""
    declined: bool = False
    """The model, or a filter around it, will not answer this."""
    failure: ReportedError | None = None
    """Why the answer's end is no good end."""
    model: str = ""
    prompt_tokens: int = 0
    """All of them, those that the provider had kept computed included."""
    cached_tokens: int = 0
    answer_tokens: int = 0
    """Those that were thought and not shown included."""

    @abstractmethod
    def feed(self, event: ServerEvent) -> str:
        """Take in an event and return the text it adds; it may hold thoughts, and halves of surrogate pairs.

        Raises:
            StreamFailed: The event is an error, in any of the shapes they come in.
        """

    def end(self, reason: str, endings: Mapping[str, str]) -> None:
        """Note the reason with which the provider ends the answer; empty is none.

        Args:
            reason: The provider's word.
            endings: What this protocol's reasons mean.
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
    """The models that one page of a list names."""

    names: tuple[str, ...]
    next_path: str = ""
    """Where the next page is; empty when this is the last."""


@dataclass(frozen=True)
class Protocol:
    """One wire format."""

    ask_path: Callable[[str], str]
    """Where to ask this model, under the base address."""
    headers: Callable[[str], dict[str, str]]
    """What carries this key, and what else every request needs; the key may be empty."""
    body: Callable[[Prompt, str, Dialect], bytes]
    """A wish to this model as UTF-8 JSON: equal bytes for equal wishes, what never changes first."""
    reply: Callable[[], Reply]
    """Reads one answer."""
    warm_path: str
    """Something small that any server gives away."""
    models_path: str
    models_in: Callable[[str], ModelList | None]
    """Reads a page of the list of models; None when it is none."""


def messages_of(words: RenderedPrompt, dialect: Dialect) -> list[dict[str, str]]:
    """Return the instructions and the text as messages, or as one where the system has no role."""
    if not dialect.system_role:
        return [{"role": "user", "content": f"{words.instructions}\n\n{words.text}"}]
    return [{"role": "system", "content": words.instructions}, {"role": "user", "content": words.text}]


def bearer(key: str) -> dict[str, str]:
    """Return the header that most formats carry a key in."""
    return {"authorization": f"Bearer {key}"} if key else {}


def count_in(holder: Any, field_name: str, otherwise: int = 0) -> int:
    """Return the count in this field of a JSON object, or `otherwise` when there is none."""
    value = holder.get(field_name) if isinstance(holder, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_TOKENS:
        return otherwise
    return value


def part_of(holder: Any, *field_names: str) -> dict[str, Any]:
    """Return the JSON object that is reached by these fields; empty when there is none."""
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
