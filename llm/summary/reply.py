"""Reads a model's summary, and drops every entry that the transcript does not bear out. Pure.

An entry names a line and quotes words of it. The quote must be found, in that line or in exactly one other.
An action must also share a word with the line, and name only a deadline that is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bus.messages import SummaryEntry
from llm.prompt import TranscriptLine

LISTS = ("topics", "decisions", "open_questions", "actions")
"""Fields of a reply."""

_LEAST_QUOTED = 3
"""Words of a quote; fewer only if the line has no more."""
_TEXT_CHARACTERS, _NAME_CHARACTERS = 400, 60
_STEM = 4
"""Letters by which words are compared, so that "sends" and "send" are the same."""


@dataclass
class Summary:
    """The entries that were borne out, by list."""

    entries: dict[str, list[SummaryEntry]] = field(default_factory=lambda: {name: [] for name in LISTS})
    dropped: int = 0

    def add(self, reply: str, lines: Sequence[TranscriptLine]) -> bool:
        """Add the reply for some lines; return whether it was a summary at all."""
        found = _decoded(reply)
        if found is None:
            return False
        for name in LISTS:
            for entry in _list(found.get(name)):
                checked = _checked(entry, lines, is_action=name == "actions")
                if checked is None:
                    self.dropped += 1
                elif not any(_same(checked, each) for each in self.entries[name]):
                    self.entries[name].append(checked)
        return True


def _decoded(reply: str) -> dict[str, Any] | None:
    """Return the object between the first and the last brace; None if there is none with a known list."""
    try:
        found = msgspec.json.decode(reply[reply.find("{") : reply.rfind("}") + 1])
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) and any(name in found for name in LISTS) else None


def _checked(entry: Any, lines: Sequence[TranscriptLine], *, is_action: bool) -> SummaryEntry | None:
    if not isinstance(entry, dict):
        return None
    text, quote = _text(entry, "text", _TEXT_CHARACTERS), _text(entry, "quote", _TEXT_CHARACTERS)
    line = _quoted_line(entry.get("line"), _words(quote), lines)
    if line is None or not text or (is_action and not _stems(text) & _stems(line.text)):
        return None
    who, when = (_text(entry, name, _NAME_CHARACTERS) if is_action else "" for name in ("who", "when"))
    return SummaryEntry(
        text=text,
        quote=quote,
        source=line.source,
        utterance=line.utterance,
        start_sample=line.start_sample,
        who=who if who and _is_said(who, line, lines) else "",
        when=when if _contains(_words(line.text), _words(when)) else "",
    )


def _quoted_line(number: Any, quote: list[str], lines: Sequence[TranscriptLine]) -> TranscriptLine | None:
    """Return the named line if it contains these words, else the one other line that contains them."""
    named = (
        int(number) if isinstance(number, int | float | str) and re.fullmatch(r"\d{1,6}", f"{number}") else 0
    )
    if 0 < named <= len(lines) and _quotes(quote, lines[named - 1]):
        return lines[named - 1]
    having = [line for line in lines if _quotes(quote, line)]
    return having[0] if len(having) == 1 else None


def _quotes(quote: list[str], line: TranscriptLine) -> bool:
    words = _words(line.text)
    return len(quote) >= min(_LEAST_QUOTED, len(words)) and _contains(words, quote)


def _is_said(name: str, line: TranscriptLine, lines: Sequence[TranscriptLine]) -> bool:
    """Return whether this is a speaker, or named in the quoted line."""
    words = _words(name)
    return any(words == _words(each.speaker) for each in lines) or _contains(_words(line.text), words)


def _contains(words: list[str], wanted: list[str]) -> bool:
    """Return whether the wanted words, at least one, are there one after the other."""
    count = len(wanted)
    return count > 0 and any(words[at : at + count] == wanted for at in range(len(words) - count + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("’", "").replace("'", ""))


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _words(text) if len(word) >= _STEM}


def _same(one: SummaryEntry, other: SummaryEntry) -> bool:
    return _words(one.text) == _words(other.text) or (
        (one.source, one.utterance) == (other.source, other.utterance)
        and _words(one.quote) == _words(other.quote)
    )


def _text(entry: dict[str, Any], name: str, most: int) -> str:
    value = entry.get(name)
    return " ".join(value.split())[:most] if isinstance(value, str) else ""


def _list(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else ()
