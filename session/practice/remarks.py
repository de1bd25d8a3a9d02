"""Turns measures into remarks for the user, with caveats. Pure.

A remark states what was counted and what is usual; it does not rate the speaker.
"""

from __future__ import annotations

from bus.counted import counted
from bus.messages import Measures
from session.settings.practice import PracticeSettings

_EASY_PACE = (110, 170)
"""Words a minute of speech that most listeners of English follow without effort."""

_PACE_S = 15.0
"""Least speech for a remark on its pace."""

_LATE_S = 4.0
_LONG_PAUSE_S = 2.5
_LONG_OPENING_WORDS = 30
_FILLERS_NAMED = 5

CAVEATS = [
    "The counts come from what Whisper wrote down. It errs more with accents, dialects and ways of speaking "
    "that were rare in its training, and it omits many fillers: a count says as much about Whisper as about "
    "you.",
    "Pauses, fillers, repeated words and a slow or fast pace are ordinary speech. Nothing here measures how "
    "able, honest, confident or pleasant a speaker is. If pauses or repetitions are how you speak, they are "
    "not a fault.",
    "“Example”, “result” and “closing” are found by a few English phrases. An answer may be well structured "
    "without any of them.",
]
"""Limits of the local measures."""

FEEDBACK_CAVEAT = (
    "Feedback on content is a language model's guess from the words alone. It does not know the facts, the "
    "listener or you, it may be confidently wrong, and such models are known to favor some ways of speaking "
    "over others."
)
"""Limits of feedback from a model."""


def remarks(measures: Measures, settings: PracticeSettings, *, english: bool) -> list[str]:
    """Return the remarks on one answer."""
    if not measures.words:
        return ["No words were transcribed."]
    lines = [_length(measures, settings), _pauses(measures)]
    lines += [line for line in (_start(measures), _pace(measures, english=english)) if line]
    if english:
        lines += [_fillers(measures), *_repeats(measures), _structure(measures)]
    return lines


def overall(measures: Measures, answers: int, of: int, *, english: bool) -> list[str]:
    """Return the remarks on a whole practice."""
    if not answers:
        return ["The question was not answered." if of == 1 else f"None of {of} questions was answered."]
    mean_s = measures.answer_s / answers
    asked = counted(of, "question")
    lines = [
        f"{answers} of {asked} answered, {clock(measures.answer_s)} in all, {clock(mean_s)} each.",
        f"First words after {measures.first_word_s:.1f} s on average.",
        _pauses(measures),
        _pace(measures, english=english),
    ]
    if english:
        lines.append(_fillers(measures))
    return [line for line in lines if line]


def clock(seconds: float) -> str:
    """Return a length as minutes and seconds."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02}"


def _length(measures: Measures, settings: PracticeSettings) -> str:
    words = counted(measures.words, "word")
    text = f"{words} in {clock(measures.answer_s)}, {clock(measures.speaking_s)} of it speech."
    usual = f"{clock(settings.shortest_s)} to {clock(settings.longest_s)} suits most questions"
    if measures.answer_s < settings.shortest_s:
        return f"{text} Short: {usual}."
    if measures.answer_s > settings.longest_s:
        return f"{text} Long: {usual}."
    return text


def _start(measures: Measures) -> str:
    if measures.first_word_s < _LATE_S:
        return ""
    return f"First word after {measures.first_word_s:.1f} s. Taking time to think is fine."


def _pauses(measures: Measures) -> str:
    if not measures.pauses:
        return "No pause of half a second or more."
    count = f"{measures.pauses} pause{'s' if measures.pauses > 1 else ''} of half a second or more"
    text = f"{count}, {measures.pause_share:.0%} of the answer, the longest {measures.longest_pause_s:.1f} s."
    return f"{text} One of them is long." if measures.longest_pause_s >= _LONG_PAUSE_S else text


def _pace(measures: Measures, *, english: bool) -> str:
    pace = measures.words_per_minute
    if not pace:
        return ""
    text = f"{pace} words a minute of speech."
    if not english or measures.speaking_s < _PACE_S:
        return text
    slow, fast = _EASY_PACE
    if pace > fast:
        return f"{text} Fast: most listeners of English follow {slow} to {fast} with ease."
    if pace < slow:
        return f"{text} Slow: many speak at {slow} to {fast}; slower is often easier to follow."
    return text


def _fillers(measures: Measures) -> str:
    total = sum(measures.fillers.values())
    if not total:
        return "No fillers in the transcript."
    named = ", ".join(f"“{word}” {count}" for word, count in list(measures.fillers.items())[:_FILLERS_NAMED])
    per_hundred = total * 100 / measures.words
    return f"{total} filler{'s' if total > 1 else ''} ({named}), {per_hundred:.0f} in 100 words."


def _repeats(measures: Measures) -> list[str]:
    lines = []
    if measures.doubled:
        lines.append(
            f"{measures.doubled} time{'s' if measures.doubled > 1 else ''} something was repeated at once."
        )
    if measures.favourites:
        named = ", ".join(f"“{word}” {count}" for word, count in measures.favourites.items())
        lines.append(f"Frequent words: {named}.")
    return lines


def _structure(measures: Measures) -> str:
    found = [
        f"an example (“{measures.example_words}”)" if measures.example_words else "",
        f"figures ({', '.join(measures.figures)})" if measures.figures else "",
        f"a result (“{measures.result_words}”)" if measures.result_words else "",
        f"a closing (“{measures.closing_words}”)" if measures.closing_words else "",
    ]
    missing = [
        name
        for name, there in zip(("an example", "figures", "a result", "a closing"), found, strict=True)
        if not there
    ]
    opening = f"The first sentence has {measures.first_sentence_words} words"
    if measures.first_sentence_words > _LONG_OPENING_WORDS:
        opening += ", which is long"
    words_for = "; ".join(
        part
        for part in (
            f"phrases point to {', '.join(filter(None, found))}" if any(found) else "",
            f"none to {', '.join(missing)}" if missing else "",
        )
        if part
    )
    return f"{opening}; {words_for}."
