"""Filters streamed text: removes reasoning and the special tokens of chat templates.

Pure. The result does not depend on how the text is split: a mark is classified only when later text cannot
change it. Marks in code and marks that a sentence mentions stay. Halves of a surrogate pair are joined.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from llm.protocols.content import joined
from llm.protocols.visible.marks import Kind, Mark, is_other_role, mark_at
from llm.protocols.visible.output import VisibleDelta, VisibleOutput

_SPECIAL = re.compile(r"[<\[`◁\n]")
_QUOTES = "\"'`"
_MAX_HEADER_CHARACTERS = 80
_ROLE = re.compile(r"\s*(?:(?:assistant|model|bot|ai)\b)?\s*(?:final\b)?", re.IGNORECASE)
_HIDDEN_CHANNEL = re.compile(r"\b(?:analysis|commentary|thoughts?|tool)\b", re.IGNORECASE)

_GLUED_FINAL = "assistantfinal"
_GLUED_HEADER = re.compile(r"assistant\n|assistantfinal|(analysis)(?=[A-Z<])")
_REASONING_STARTS = (
    "okay, so", "okay, the", "okay, let", "okay, i need", "ok, so", "ok, the", "ok, let", "alright, so",
    "alright, the", "alright, let", "hmm", "the user", "let me think", "we need to", "i need to",
    "thinking process", "here's a thinking", "here is a thinking", "first, i need",
)  # fmt: skip
"""How reasoning begins when its opening tag is in the template; such text is held back until its end."""


class _State(Enum):
    ANSWER = auto()
    THOUGHT = auto()
    HEADER = auto()
    HIDDEN = auto()
    """In a turn or channel that is not the answer, up to the next header."""
    ENDED = auto()


class VisibleText:
    """Filters one answer's text.

    Args:
        starts_in_reasoning: The template of this model opens the reasoning, so only the closing tag is in the
            text, which is held back until then.
    """

    def __init__(self, *, starts_in_reasoning: bool = False) -> None:
        self.thought = False
        """The model wrote reasoning."""
        self.starts_in_reasoning = starts_in_reasoning
        """Becomes True at a closing tag without an opening tag."""
        self._holding = starts_in_reasoning
        self._buffer = ""
        """Received, not yet classified."""
        self._output = VisibleOutput()
        self._state = _State.ANSWER
        self._family = self._wrapper = self._header = self._hidden = ""
        self._literal: set[str] = set()
        """Families with a mark that stayed as text; their closing mark stays too."""
        self._surrogate = ""

    @property
    def holding(self) -> bool:
        """Whether text is held back that may be reasoning."""
        return self._holding

    def feed(self, text: str) -> VisibleDelta:
        """Apply more text and return what it adds to the answer."""
        text = self._surrogate + text
        self._surrogate = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        self._buffer += joined(text.removesuffix(self._surrogate))
        self._consume(last=False)
        return self._delta()

    def finish(self, *, cut_off: bool) -> VisibleDelta:
        """Return what the end of the text adds.

        Args:
            cut_off: The text stopped before the model ended it, so unclosed reasoning was not a mention.
        """
        self._buffer += joined(self._surrogate)
        self._surrogate = ""
        self._consume(last=True)
        if self._state is _State.THOUGHT and self._output.begun and not cut_off:
            self._output.add(self._hidden)  # an opening tag without a closing one was a mention
        self._hidden = ""
        if self._holding and cut_off and self.starts_in_reasoning:
            self._output.drop()
            self.thought = True
        elif self._holding:
            self.starts_in_reasoning = False
        self._holding = False
        return self._delta()

    def release(self) -> VisibleDelta:
        """Stop holding text back: the server separates the reasoning itself."""
        self._holding = self.starts_in_reasoning = False
        self.thought = True
        return self._delta()

    def _consume(self, *, last: bool) -> None:
        """Classify the buffer as far as possible; each step consumes at least one character."""
        at = 0
        while at < len(self._buffer):
            after = self._step(at, last=last)
            if after <= at:
                break
            at = after
        self._buffer = self._buffer[at:]

    def _step(self, at: int, *, last: bool) -> int:
        """Classify the text at an offset; return where it ends, or `at` when more text must arrive first."""
        match self._state:
            case _State.ENDED:
                return len(self._buffer)
            case _State.THOUGHT if self._family == _GLUED_FINAL:
                return self._skip_glued(at)
            case _State.ANSWER if not self._output.begun:
                if (after := self._skip_start(at, last=last)) != at or self._waits_for_start(at, last=last):
                    return after
        found = _SPECIAL.search(self._buffer, at)
        if found is None or found.start() > at:
            after = found.start() if found else len(self._buffer)
            self._feed_text(self._buffer[at:after])
            return after
        if self._buffer[at] == "\n":
            self._output.line.end_line()
            self._feed_text("\n")
            return at + 1
        if self._buffer[at] == "`":
            return self._feed_backticks(at, last=last)
        return self._feed_mark(at, last=last)

    def _skip_start(self, at: int, *, last: bool) -> int:
        """Skip spaces, and headers that lost their special tokens: "assistant\n", "analysisThe user…"."""
        spaces = len(self._buffer) - len(self._buffer[at:].lstrip()) - at
        if spaces:
            return at + spaces
        found = _GLUED_HEADER.match(self._buffer, at)
        if found is None or self._waits_for_start(at, last=last):
            return at
        if found[1] and self._buffer[found.end()] == "<":
            self._state, self._header = _State.HEADER, found[1]
        elif found[1]:
            self._enter_thought(_GLUED_FINAL)
        return found.end()

    def _waits_for_start(self, at: int, *, last: bool) -> bool:
        """Return whether the beginning is too short to classify; start to hold back possible reasoning."""
        start = self._buffer[at : at + 20].lower()
        self._holding = self._holding or (not self.thought and start.startswith(_REASONING_STARTS))
        return not last and any(
            word != start and word.startswith(start)
            for word in (_GLUED_FINAL, "assistant\n", "analysis.", *_REASONING_STARTS)
        )

    def _skip_glued(self, at: int) -> int:
        found = self._buffer.find(_GLUED_FINAL, at)
        if found >= 0:
            self._state = _State.ANSWER
            return found + len(_GLUED_FINAL)
        return max(at, len(self._buffer) - len(_GLUED_FINAL))

    def _feed_text(self, text: str) -> None:
        match self._state:
            case _State.ANSWER:
                self._output.add(text)
            case _State.THOUGHT:
                self._hidden += text if self._output.begun else text[-1:]
            case _State.HEADER:
                line, newline, _ = text.partition("\n")
                self._header += line
                if newline or len(self._header) > _MAX_HEADER_CHARACTERS:
                    self._end_header(complete=False)
            case _:
                pass

    def _feed_backticks(self, at: int, *, last: bool) -> int:
        """Apply a run of back-ticks, which may open or close code."""
        end = at + len(self._buffer[at:]) - len(self._buffer[at:].lstrip("`"))
        if end == len(self._buffer) and not last:
            return at
        if self._state is _State.ANSWER:
            self._output.line.add_backticks(end - at)
        self._feed_text(self._buffer[at:end])
        return end

    def _feed_mark(self, at: int, *, last: bool) -> int:
        mark = mark_at(self._buffer, at)
        if mark is None:
            if not last:
                return at
            rest = self._buffer[at:]
            self._feed_text("" if re.match(r"<[|｜]\w", rest) and not self._output.line.in_code else rest)
            return len(self._buffer)
        end = at + len(mark.text)
        if end == len(self._buffer) and not last and self._previous() in _QUOTES:
            return at  # the next character shows whether the mark is quoted
        quoted = self._previous() in _QUOTES and self._buffer[end : end + 1] == self._previous()
        if mark.kind is Kind.TEXT:
            self._feed_text(mark.text)
        elif self._state is _State.ANSWER:
            self._mark_in_answer(mark, mentioned=quoted or self._output.line.mentions())
        elif self._state is _State.THOUGHT:
            self._mark_in_thought(mark, quoted=quoted)
        else:
            self._mark_in_turn(mark)
        return end

    def _mark_in_answer(self, mark: Mark, *, mentioned: bool) -> None:
        kind = mark.kind
        if kind in (Kind.WRAP, Kind.UNWRAP):
            if kind is Kind.WRAP and not self._output.begun:
                self._wrapper = mark.family
            elif mark.family != self._wrapper:
                self._output.add(mark.text)
        elif self._output.held_end and kind in (Kind.TURN, Kind.OTHER):
            self._state = _State.ENDED
        elif mentioned or (mark.family and mark.family in self._literal):
            if kind is Kind.END and mark.family not in self._literal:
                self._output.hold_end(mark.text)
            else:
                self._literal |= {mark.family} - {""}
                self._output.add(mark.text)
        elif kind is Kind.OPEN:
            self._enter_thought(mark.family)
            self._hidden = mark.text
        elif kind is Kind.CLOSE:
            self._retract()
        elif self._output.begun and kind in (Kind.END, Kind.TURN, Kind.OTHER, Kind.ASSISTANT):
            self._state = _State.ENDED
        elif kind in (Kind.TURN, Kind.CHANNEL):
            self._state, self._header = _State.HEADER, ""
        elif kind is Kind.OTHER:
            self._state = _State.HIDDEN

    def _mark_in_thought(self, mark: Mark, *, quoted: bool) -> None:
        if mark.kind is Kind.CLOSE and mark.family == self._family and not quoted:
            self._state, self._hidden = _State.ANSWER, ""
        else:
            self._hidden += mark.text

    def _mark_in_turn(self, mark: Mark) -> None:
        """Apply a mark in a header, or in a turn that is not the answer."""
        if self._state is _State.HEADER and mark.kind is Kind.HEADER_END:
            self._end_header(complete=True)
        elif self._state is _State.HEADER and mark.kind is Kind.CHANNEL:
            self._header += " "
        elif mark.kind in (Kind.TURN, Kind.CHANNEL):
            self._state, self._header = _State.HEADER, ""
        elif mark.kind is Kind.ASSISTANT:
            self._state = _State.ANSWER
        elif mark.kind is Kind.OTHER:
            self._state = _State.HIDDEN
        elif self._state is _State.HEADER and mark.kind is Kind.OPEN:
            self._end_header(complete=False)
            self._mark_in_answer(mark, mentioned=False)

    def _end_header(self, *, complete: bool) -> None:
        """Decide from a header whether its message is the answer."""
        header, self._header = self._header, ""
        rest = _ROLE.sub("", header, count=1)
        role = (header.split() or [""])[0].lower()
        if is_other_role(role) or (
            _HIDDEN_CHANNEL.search(header) if complete else _HIDDEN_CHANNEL.match(role)
        ):
            self._state, self.thought = _State.HIDDEN, True
        else:
            self._state = _State.ANSWER
            self._output.add("" if complete else rest)

    def _enter_thought(self, family: str) -> None:
        self._state, self._family, self._hidden, self.thought = _State.THOUGHT, family, "", True
        if not self._output.begun:
            self._holding = self.starts_in_reasoning = False

    def _retract(self) -> None:
        """Take back the visible text, which was reasoning."""
        self.starts_in_reasoning = self.starts_in_reasoning or self._output.begun
        self._output.retract()
        self._holding, self.thought = False, True
        self._literal.clear()

    def _previous(self) -> str:
        text = self._hidden[-1:] if self._state is _State.THOUGHT else self._output.line.last_character
        return text or "\n"

    def _delta(self) -> VisibleDelta:
        return VisibleDelta("") if self._holding else self._output.take()
