"""Practice: the program asks, the user answers, and is told what was measured and what a model says to it."""

from __future__ import annotations

import msgspec

from bus.messages.message import Message


class Measures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be counted in an answer, or in several together. All of it comes from what Whisper wrote and
    from where the detector heard speech; times are in seconds."""

    words: int
    answer_s: float
    """From the first spoken word to the last."""
    speaking_s: float
    """Of that, what was speech."""
    words_per_minute: int
    """Of speech, pauses left out; 0 where there was too little of it to tell."""
    first_word_s: float
    """From the turn being given to the first word."""
    pauses: int
    """Quiet of half a second or more between words."""
    longest_pause_s: float
    pause_share: float
    """Of the answer that was such quiet, 0 to 1."""
    fillers: dict[str, int]
    """Fillers that Whisper wrote down, and how often."""
    doubled: int
    """Words or pairs of words said twice in a row."""
    favourites: dict[str, int]
    """Words with a meaning of their own that came up again and again."""
    first_sentence_words: int
    """Length of the first sentence."""
    example_words: str
    """A phrase that announces an example or a story; empty where there is none."""
    figures: list[str]
    """Numbers that were given."""
    result_words: str
    """A phrase that tells how something came out; empty where there is none."""
    closing_words: str
    """A phrase that rounds the answer off, near its end; empty where there is none."""


class PracticeQuestionAsked(Message, frozen=True, kw_only=True):
    """The program began to ask a practice question."""

    number: int
    """From 1."""
    of: int
    """How many there will be."""
    text: str


class TurnStarted(Message, frozen=True, kw_only=True):
    """The question is asked to its end: it is the user's turn."""

    number: int
    from_sample: int
    """What the user's source hears from here on is the answer; what began before is not."""


class PracticeAnswerMeasured(Message, frozen=True, kw_only=True):
    """An answer ended and was measured."""

    number: int
    asked: str
    text: str
    """What was said, as Whisper wrote it; empty when nothing was."""
    measures: Measures
    remarks: list[str]
    """The measures in plain words."""


class FeedbackRequested(Message, frozen=True, kw_only=True):
    """A practice answer is to be looked at by whoever answers questions, if anybody does."""

    number: int
    """0 for all answers together, at the end."""
    asked: str
    answered: str


class PracticeEnded(Message, frozen=True, kw_only=True):
    """The practice is over."""

    answers: int
    """Questions to which something was said."""
    of: int
    measures: Measures
    """Of all answers together."""
    remarks: list[str]
    caveats: list[str]
    """What such feedback can and cannot judge."""
