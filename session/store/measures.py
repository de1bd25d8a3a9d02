"""Measures of practice without words, and how they change from practice to practice. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bus.messages import PracticeAnswerMeasured
from bus.messages.practice import Measures
from overlay.texts.translation import _
from session.transcript.saved_session import Practice, SavedSession

PRESENT = "✓"
"""Stands for words that were there."""


@dataclass(frozen=True)
class Point:
    """One practice."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Series:
    """One measure over all practices, the oldest first."""

    label: str
    unit: str
    points: tuple[Point, ...]


def without_words(saved: SavedSession) -> SavedSession:
    """Return the measures of a practice, without anything that was asked, said or answered."""
    practice = saved.practice
    if practice is not None:
        whole = practice.whole and msgspec.structs.replace(
            practice.whole, measures=_bare(practice.whole.measures), remarks=[], caveats=[]
        )
        practice = Practice(answers=[_bare_answer(answer) for answer in practice.answers], whole=whole)
    return SavedSession(
        program=saved.program,
        started=saved.started,
        length_s=saved.length_s,
        ended=saved.ended,
        sources=[],
        practice=practice,
    )


def compare(sessions: Iterable[SavedSession]) -> list[Series]:
    """Return how each measure changed, over all practices that have measures."""
    practised = sorted(
        ((each.started, each.practice) for each in sessions if each.practice and each.practice.answers),
        key=lambda pair: pair[0],
    )
    rows = [(started, practice, _whole(practice)) for started, practice in practised]
    return [
        Series(label, unit, tuple(Point(started, value(whole)) for started, _practice, whole in rows))
        for label, unit, value in _SHOWN
    ] + [Series(_STRUCTURE, "%", tuple(Point(at, _structure(practice)) for at, practice, _whole in rows))]


@dataclass(frozen=True)
class _Whole:
    """Sums over the answers of a practice."""

    words: int
    answer_s: float
    speaking_s: float
    fillers: int
    pauses: int
    longest_pause_s: float


def _whole(practice: Practice) -> _Whole:
    measures = [answer.measures for answer in practice.answers]
    return _Whole(
        words=sum(each.words for each in measures),
        answer_s=sum(each.answer_s for each in measures),
        speaking_s=sum(each.speaking_s for each in measures),
        fillers=sum(sum(each.fillers.values()) for each in measures),
        pauses=sum(each.pauses for each in measures),
        longest_pause_s=max((each.longest_pause_s for each in measures), default=0.0),
    )


def _share(value: float, whole: float, times: float) -> float:
    return round(times * value / whole, 1) if whole else 0.0


_SHOWN: tuple[tuple[str, str, Callable[[_Whole], float]], ...] = (
    (_("Pace"), _("words a minute"), lambda whole: _share(whole.words, whole.speaking_s, 60)),
    (_("Fillers"), _("in 100 words"), lambda whole: _share(whole.fillers, whole.words, 100)),
    (_("Pauses"), _("a minute"), lambda whole: _share(whole.pauses, whole.answer_s, 60)),
    (_("Longest pause"), _("seconds"), lambda whole: round(whole.longest_pause_s, 1)),
)
_STRUCTURE = _("Answers with example, result and conclusion")


def _structure(practice: Practice) -> float:
    """Return how many of three parts the answers have, in per cent."""
    parts = [part for answer in practice.answers for part in _parts(answer.measures)]
    return _share(sum(parts), len(parts), 100)


def _parts(measures: Measures) -> Iterator[bool]:
    yield bool(measures.example_words)
    yield bool(measures.result_words)
    yield bool(measures.closing_words)


def _bare_answer(answer: PracticeAnswerMeasured) -> PracticeAnswerMeasured:
    return msgspec.structs.replace(answer, asked="", text="", measures=_bare(answer.measures), remarks=[])


def _bare(measures: Measures) -> Measures:
    """Return measures without words of the answer; the names of fillers stay."""
    return msgspec.structs.replace(
        measures,
        favourites={},
        figures=[PRESENT] * len(measures.figures),
        **{
            name: PRESENT if getattr(measures, name) else ""
            for name in ("example_words", "result_words", "closing_words")
        },
    )
