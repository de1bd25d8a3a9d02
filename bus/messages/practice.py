"""Events of practice: the program's questions, the measured answers, and feedback."""

from __future__ import annotations

import msgspec

from bus.messages.message import Message


class Measures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts over one answer or several, from the transcript and the detected speech; times in seconds."""

    words: int
    answer_s: float
    """From the first spoken word to the last."""
    speaking_s: float
    """Duration of speech within it."""
    words_per_minute: int
    """Pace of speech without pauses; 0 if there was too little speech."""
    first_word_s: float
    """From the start of the turn to the first word."""
    pauses: int
    """Pauses of half a second or more between words."""
    longest_pause_s: float
    pause_share: float
    """Share of such pauses in the answer, 0 to 1."""
    fillers: dict[str, int]
    """Fillers in the transcript, and how often."""
    doubled: int
    """Words or pairs of words spoken twice in a row."""
    favourites: dict[str, int]
    """Content words that were repeated often."""
    first_sentence_words: int
    """Length of the first sentence."""
    example_words: str
    """A phrase that introduces an example or a story; empty if there is none."""
    figures: list[str]
    """Numbers in the answer."""
    result_words: str
    """A phrase that states a result; empty if there is none."""
    closing_words: str
    """A phrase that concludes the answer, near its end; empty if there is none."""


class PracticeQuestionAsked(Message, frozen=True, kw_only=True):
    """The program started to ask a practice question."""

    number: int
    """From 1."""
    of: int
    """Total number of questions."""
    text: str


class TurnStarted(Message, frozen=True, kw_only=True):
    """The question was asked; the user's turn started."""

    number: int
    from_sample: int
    """Utterances of the user's source that start here or later belong to the answer."""


class PracticeAnswerMeasured(Message, frozen=True, kw_only=True):
    """An answer ended and was measured."""

    number: int
    asked: str
    text: str
    """Transcript of the answer; empty if there was none."""
    measures: Measures
    remarks: list[str]
    """The measures as sentences."""


class FeedbackRequested(Message, frozen=True, kw_only=True):
    """Feedback of the provider on a practice answer was requested."""

    number: int
    """0 for all answers together, at the end."""
    asked: str
    answered: str


class PracticeEnded(Message, frozen=True, kw_only=True):
    """The practice is over."""

    answers: int
    """Questions that were answered."""
    of: int
    measures: Measures
    """Of all answers together."""
    remarks: list[str]
    caveats: list[str]
    """Limits of such feedback."""
