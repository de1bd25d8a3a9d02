"""Turns measures into remarks for the user, with caveats. Pure.

A remark states what was counted and what is usual; it does not rate the speaker.
"""

from __future__ import annotations

from bus.messages import Measures
from overlay.texts.translation import _, ngettext, number, percent
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
    _(
        "The counts come from what Whisper wrote down. It errs more with accents, dialects and ways of "
        "speaking that were rare in its training, and it omits many fillers: a count says as much about "
        "Whisper as about you."
    ),
    _(
        "Pauses, fillers, repeated words and a slow or fast pace are ordinary speech. Nothing here measures "
        "how able, honest, confident or pleasant a speaker is. If pauses or repetitions are how you speak, "
        "they are not a fault."
    ),
    _(
        "“Example”, “result” and “closing” are found by a few English phrases. An answer may be well "
        "structured without any of them."
    ),
]
"""Limits of the local measures."""

FEEDBACK_CAVEAT = _(
    "Feedback on content is a language model's guess from the words alone. It does not know the facts, the "
    "listener or you, it may be confidently wrong, and such models are known to favor some ways of speaking "
    "over others."
)
"""Limits of feedback from a model."""


def remarks(measures: Measures, settings: PracticeSettings, *, english: bool) -> list[str]:
    """Return the remarks on one answer."""
    if not measures.words:
        return [_("No words were transcribed.")]
    lines = [_length(measures, settings), _pauses(measures), _start(measures)]
    lines.append(_pace(measures, english=english))
    if english:
        lines += [_fillers(measures), *_repeats(measures), *_structure(measures)]
    return [line for line in lines if line]


def overall(measures: Measures, answers: int, of: int, *, english: bool) -> list[str]:
    """Return the remarks on a whole practice."""
    if not answers:
        missed = ngettext("The question was not answered.", "None of {count} questions was answered.", of)
        return [missed.format(count=of)]
    answered = ngettext(
        "{answers} of {count} question answered, {length} in all, {mean} each.",
        "{answers} of {count} questions answered, {length} in all, {mean} each.",
        of,
    )
    length, mean = clock(measures.answer_s), clock(measures.answer_s / answers)
    first = _("First words after {seconds} s on average.")
    lines = [
        answered.format(answers=answers, count=of, length=length, mean=mean),
        first.format(seconds=number(measures.first_word_s, 1)),
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
    text = ngettext(
        "{count} word in {length}, {speech} of it speech.",
        "{count} words in {length}, {speech} of it speech.",
        measures.words,
    ).format(
        count=number(measures.words),
        length=clock(measures.answer_s),
        speech=clock(measures.speaking_s),
    )
    unusual = ""
    if measures.answer_s < settings.shortest_s:
        unusual = _("Short: {shortest} to {longest} suits most questions.")
    if measures.answer_s > settings.longest_s:
        unusual = _("Long: {shortest} to {longest} suits most questions.")
    usual = unusual.format(shortest=clock(settings.shortest_s), longest=clock(settings.longest_s))
    return f"{text} {usual}".rstrip()


def _start(measures: Measures) -> str:
    if measures.first_word_s < _LATE_S:
        return ""
    text = _("First word after {seconds} s. Taking time to think is fine.")
    return text.format(seconds=number(measures.first_word_s, 1))


def _pauses(measures: Measures) -> str:
    if not measures.pauses:
        return _("No pause of half a second or more.")
    text = ngettext(
        "{count} pause of half a second or more, {share} of the answer, the longest {seconds} s.",
        "{count} pauses of half a second or more, {share} of the answer, the longest {seconds} s.",
        measures.pauses,
    ).format(
        count=measures.pauses,
        share=percent(measures.pause_share),
        seconds=number(measures.longest_pause_s, 1),
    )
    return f"{text} {_('One of them is long.')}" if measures.longest_pause_s >= _LONG_PAUSE_S else text


def _pace(measures: Measures, *, english: bool) -> str:
    pace = measures.words_per_minute
    if not pace:
        return ""
    text = _("{count} words a minute of speech.").format(count=pace)
    if not english or measures.speaking_s < _PACE_S:
        return text
    slow, fast = _EASY_PACE
    unusual = ""
    if pace > fast:
        unusual = _("Fast: most listeners of English follow {slow} to {fast} with ease.")
    if pace < slow:
        unusual = _("Slow: many speak at {slow} to {fast}; slower is often easier to follow.")
    return f"{text} {unusual.format(slow=slow, fast=fast)}".rstrip()


def _fillers(measures: Measures) -> str:
    total = sum(measures.fillers.values())
    if not total:
        return _("No fillers in the transcript.")
    text = ngettext(
        "{count} filler ({fillers}), {share} in 100 words.",
        "{count} fillers ({fillers}), {share} in 100 words.",
        total,
    )
    fillers = _counts(dict([*measures.fillers.items()][:_FILLERS_NAMED]))
    return text.format(count=total, fillers=fillers, share=number(total * 100 / measures.words))


def _repeats(measures: Measures) -> list[str]:
    lines = []
    if measures.doubled:
        repeated = ngettext(
            "{count} time something was repeated at once.",
            "{count} times something was repeated at once.",
            measures.doubled,
        )
        lines.append(repeated.format(count=measures.doubled))
    if measures.favourites:
        lines.append(_("Frequent words: {words}.").format(words=_counts(measures.favourites)))
    return lines


def _structure(measures: Measures) -> list[str]:
    long = measures.first_sentence_words > _LONG_OPENING_WORDS
    opening = ngettext(
        "The first sentence has {count} word.",
        "The first sentence has {count} words.",
        measures.first_sentence_words,
    )
    if long:
        opening = _("The first sentence has {count} words, which is long.")
    parts = {
        _("an example"): measures.example_words and _("“{words}”").format(words=measures.example_words),
        _("figures"): ", ".join(measures.figures),
        _("a result"): measures.result_words and _("“{words}”").format(words=measures.result_words),
        _("a closing"): measures.closing_words and _("“{words}”").format(words=measures.closing_words),
    }
    found = ", ".join(f"{part} ({words})" for part, words in parts.items() if words)
    missing = ", ".join(part for part, words in parts.items() if not words)
    return [
        opening.format(count=measures.first_sentence_words),
        _("Some phrases point to: {parts}.").format(parts=found) if found else "",
        _("No phrase points to: {parts}.").format(parts=missing) if missing else "",
    ]


def _counts(words: dict[str, int]) -> str:
    return ", ".join(_("“{word}” {count}").format(word=word, count=count) for word, count in words.items())
