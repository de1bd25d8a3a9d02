"""Follows what is said and tells which of it is to be answered.

Pure: finals in, questions out; it remembers just enough to join a question that was spread over two
utterances, to know what a follow-up leans on, and to say what was said last. It does not know whether
anything is answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bus.messages import TranscriptFinished
from bus.ring import SAMPLE_RATE
from llm.questions import MAX_CHARACTERS, Question, find_question
from llm.settings import LlmSettings

JOIN_WITHIN_S = 4.0
"""Two utterances may be one question when no more than this lies between them."""

LEAN_WITHIN_S = 180.0
"""A follow-up leans on a question that is not older than this."""

RECENT_UTTERANCES = 3
"""A question is still "what was just said" when it is among this many last utterances of its speaker."""

_FEW_WORDS = 4

_OPEN_END = re.compile(
    r"(?:\.\.\.|…|,|[-–—])$|\b(?:a|an|the|of|to|if|and|or|but|with|for|in|on|at|by|from|about|as|than|is|are|"
    r"was|were|do|does|did|would|could|can|will|you|we|your|our|my|that|which|when|how|what|why|where|who|"
    r"because|so|like|um|uh|have|has|had|be|been|it's|what's|i|me through|between|into|some|any|this)$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"(?:in|with|for|when|if|on|at|by|using|given|without|or|because|to|from|especially|specifically|"
    r"assuming|than|versus|instead|rather|during|after|before|while|under|across|between)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """Something to answer."""

    source: str
    utterance: int
    """The last utterance it is in."""
    text: str
    confidence: float
    kind: str
    """"question", "request", "follow-up", "asked for"."""
    previous: str = ""
    """The question a follow-up leans on."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it was said: the source and its utterance."""
        return self.source, self.utterance


@dataclass(frozen=True)
class _Said:
    source: str
    utterance: int
    text: str
    start_sample: int
    quiet_sample: int
    asked: bool = False


class Listener:
    """Follows the finals of a session.

    Args:
        settings: Whose questions count, and how sure to be.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._last: dict[str, _Said] = {}
        self._latest: _Said | None = None
        self._question: Asked | None = None
        self._topic: tuple[_Said, str] | None = None

    def hear(self, final: TranscriptFinished) -> Asked | None:
        """Take in an utterance; return the question it asks or completes, if any."""
        before = self._last.get(final.source)
        if before is not None and final.utterance <= before.utterance:
            return None  # said again by a transcriber that was started again
        said = _Said(final.source, final.utterance, final.text, final.start_sample, final.quiet_sample)
        text, question = _join(before, said)
        counts = self._counts(said.source)
        found = counts and question is not None and question.confidence >= self._settings.min_confidence
        said = replace(said, text=text[-MAX_CHARACTERS:], asked=found)
        self._last[said.source] = said
        if counts or self._latest is None or not self._counts(self._latest.source):
            self._latest = said
        if question is None or not found or _OPEN_END.search(said.text.rstrip()):
            return None
        self._question = self._placed(said, question)
        return self._question

    def last_said(self) -> Asked | None:
        """Return what was said last, to be answered because the user asks for it; None before any word."""
        latest, question = self._latest, self._question
        if latest is None:
            return None
        if (
            question is not None
            and question.source == latest.source
            and latest.utterance - question.utterance < RECENT_UTTERANCES
        ):
            return replace(question, kind="asked for", confidence=1.0)
        found = find_question(latest.text)
        return Asked(latest.source, latest.utterance, found.text if found else latest.text, 1.0, "asked for")

    def _counts(self, source: str) -> bool:
        return self._settings.listen_to == "everyone" or source != self._settings.own_source

    def _placed(self, said: _Said, question: Question) -> Asked:
        """Set the question among those before it."""
        kind: str = question.kind
        previous = ""
        if question.leans and self._topic is not None and _apart_s(self._topic[0], said) <= LEAN_WITHIN_S:
            kind, previous = "follow-up", self._topic[1]
        else:
            self._topic = (said, question.text)
        return Asked(said.source, said.utterance, question.text, question.confidence, kind, previous)


def _join(before: _Said | None, said: _Said) -> tuple[str, Question | None]:
    """Return the utterance's text, joined to the one before where they are one sentence, and its question."""
    alone = find_question(said.text)
    if before is None or _apart_s(before, said) > JOIN_WITHIN_S:
        return said.text, alone
    open_end = _OPEN_END.search(before.text.rstrip()) is not None
    goes_on = before.asked and alone is None and _CONTINUES.match(said.text) is not None
    if not (open_end or goes_on):
        return said.text, alone
    joined = f"{before.text.rstrip(' .…,;?-–—')} {_as_continuation(said.text)}"
    whole = find_question(joined)
    # An opening that asks nothing by itself ("The thing is, …") adds nothing to a question after it.
    if alone is not None and (whole is None or find_question(before.text) is None):
        return said.text, alone
    return joined, whole


def _as_continuation(text: str) -> str:
    return text if re.match(r"I\b|[A-Z]{2}", text) else text[:1].lower() + text[1:]


def _apart_s(before: _Said, said: _Said) -> float:
    """Return the seconds between two utterances; 0 across sources, whose clocks are not comparable."""
    if before.source != said.source:
        return 0.0
    return (said.start_sample - before.quiet_sample) / SAMPLE_RATE
