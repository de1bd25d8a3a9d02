"""Words of one speaker, from one or several joined utterances, with their sentences and question.

Pure. Sentences and question are parsed once, on first use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from bus.audio import SAMPLE_RATE
from bus.messages import EndpointPredicted, FinalTranscribed, QuestionSpan
from llm.questions.detector import Question, question_in, sets_scene
from llm.questions.fragments import with_fragments
from llm.questions.languages.identification import RULES
from llm.questions.non_questions import BACKCHANNELS
from llm.sentences import Sentence, placed_sentences, plain

_MAX_CHARACTERS = 600
"""How much of earlier words is remembered to join later ones to."""

_OTHER_BACKCHANNELS = frozenset[str]().union(*(rules.backchannels for rules in RULES.values()))
"""Of all languages: a sound of attention is too short to identify its language."""

_SENTENCE_END = " .…,;?-–—"


@dataclass(frozen=True)
class Piece:
    """The part of a text that one utterance contributes."""

    utterance: int
    at: int
    """Offset in the text."""
    start: int
    """Offset in the utterance."""
    length: int


@dataclass(frozen=True)
class SpokenText:
    """Words of one source."""

    source: str
    utterance: int
    """The last utterance in the text."""
    text: str
    start_sample: int
    quiet_sample: int
    pieces: tuple[Piece, ...]
    replaces: tuple[int, ...] = ()
    """Earlier utterances whose words are in the text, because stt joined them."""
    beside_gap: bool = False
    """As in `FinalTranscribed`."""

    @classmethod
    def of(cls, words: FinalTranscribed | EndpointPredicted) -> SpokenText:
        """Return the words of one turn."""
        return cls(
            words.source,
            words.utterance,
            words.text,
            words.start_sample,
            words.quiet_sample,
            (Piece(words.utterance, 0, 0, len(words.text)),),
            tuple(words.replaces),
            isinstance(words, FinalTranscribed) and words.beside_gap,
        )

    def revised(self, text: str) -> SpokenText:
        """Return the same turn with other words."""
        return replace(self, text=text, pieces=(Piece(self.utterance, 0, 0, len(text)),))

    @property
    def place(self) -> tuple[str, int]:
        """The source and the last utterance."""
        return self.source, self.utterance

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The sentences with their offsets."""
        return placed_sentences(self.text)

    @cached_property
    def question(self) -> Question | None:
        """The question that the text asks; in a turn with pauses its parts may be sentences of their own."""
        return question_in(self.text, with_fragments(self.sentences) if self.replaces else self.sentences)

    @cached_property
    def sets_scene(self) -> bool:
        """Whether the last sentence sets a scene for a question to come."""
        return sets_scene(self.text, self.sentences)

    @cached_property
    def is_backchannel(self) -> bool:
        """Whether the text is nothing but "mm-hmm" and the like."""
        return all(_is_backchannel(plain(sentence.text)) for sentence in self.sentences)

    def then(self, later: SpokenText, *, one_sentence: bool) -> SpokenText:
        """Return this text followed by a later one, as one sentence or as separate ones."""
        text, added = self.text, later.text
        if one_sentence:
            text, added = text.rstrip(_SENTENCE_END), _uncapitalized(added)
        shift = len(text) + 1
        moved = tuple(replace(piece, at=piece.at + shift) for piece in later.pieces)
        return replace(later, text=f"{text} {added}", pieces=(*_within(self.pieces, 0, len(text)), *moved))

    def shortened(self) -> SpokenText:
        """Return the end of the text, as much as is remembered."""
        excess = len(self.text) - _MAX_CHARACTERS
        if excess <= 0:
            return self
        pieces = _within(self.pieces, excess, len(self.text))
        return replace(self, text=self.text[excess:], pieces=pieces)

    def spans(self, ranges: tuple[tuple[int, int], ...]) -> tuple[QuestionSpan, ...]:
        """Return where ranges of this text stand in their utterances."""
        return tuple(
            QuestionSpan(
                utterance=piece.utterance,
                start_character=piece.start,
                stop_character=piece.start + piece.length,
            )
            for start, stop in ranges
            for piece in _within(self.pieces, start, stop)
        )

    def seconds_after(self, before: SpokenText) -> float:
        """Return the silence between an earlier text of the same source and this one."""
        return (self.start_sample - before.quiet_sample) / SAMPLE_RATE


def _is_backchannel(words: str) -> bool:
    return words in BACKCHANNELS or words.replace(",", "") in _OTHER_BACKCHANNELS


def _within(pieces: tuple[Piece, ...], start: int, stop: int) -> tuple[Piece, ...]:
    """Return the pieces cut to a range, with offsets from its start."""
    cut = []
    for piece in pieces:
        first, last = max(piece.at, start), min(piece.at + piece.length, stop)
        if first < last:
            cut.append(Piece(piece.utterance, first - start, piece.start + first - piece.at, last - first))
    return tuple(cut)


def _uncapitalized(text: str) -> str:
    return text if re.match(r"I\b|[A-Z]{2}", text) else text[:1].lower() + text[1:]
