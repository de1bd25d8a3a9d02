"""Scores of single turns: latencies from the true end of speech, cuts, and turn ends.

What never came is None, and counts as infinite in every percentile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from livebench.contract import Stamped
from livebench.data.rows import WordsBy
from livebench.data.stream import Turn
from livebench.scoring.attribution import Account, Spoken, Transcript, attribute, errors_within, reaches_end
from livebench.scoring.cuts import Place, places_of_all, places_of_cuts
from livebench.scoring.transcript import Final, Version, finals, standing_text, versions, with_replaced
from livebench.scoring.words import normal_words

_OUTLASTS_S = 1.5
"""Labelled speech may end with other sounds; finals that end a turn longer before are coincidences."""
_UNSURE_S = 0.5
"""Finals that arrive longer before the end must have one of the last words right."""
_LABELS_S = 0.1
"""A report of the end so shortly before it is not early: labels are not more exact."""


class TurnScore(msgspec.Struct, frozen=True, kw_only=True):
    """Score of one turn in one round; seconds after the true end of speech."""

    id: str
    final_s: float | None
    """Until finals had its words to the end; a later final that repeats them changes nothing."""
    settled_s: float | None
    """Until finals had all right words that they have in the end; replacements and revisions count here."""
    seen_s: float | None
    """Until all words of its finals were visible for the first time, final or not."""
    first_after_end_s: float | None
    """Until the first transcript of any kind after the end, as Artificial Analysis counts."""
    ttfs_s: float | None
    """Until the last final before the next turn, as pipecat counts; None without one after the end."""
    turn_end_s: float | None
    """Until the system reported the end of the turn."""
    holds: int
    """Labelled silences inside the turn."""
    held_cut: int
    """Those of them in which the system ended the turn."""
    early_ends: int
    """Reports of an end before the end."""
    cuts: list[Place]
    """Boundaries between finals, repaired later or not."""
    cuts_left: list[Place]
    """Those that were still there at the end of the stream."""
    words: int
    right_words: int
    """Of the words, at the end of the stream."""
    errors_then: int
    """Errors in its words when finals had reached its end, before anything was replaced or revised."""
    words_by: WordsBy = "people"
    """Word error rates leave out turns whose words are a machine's."""


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of one round."""

    turns: list[TurnScore]
    merged: int
    """Finals with words of more than one turn."""
    word_errors: int
    """In turns whose words are by people."""
    true_words: int
    partials: int
    has_turn_ends: bool
    """The system reported ends of turns itself; otherwise its finals count as such."""


def score(
    turns: Sequence[Turn], lines: Sequence[Stamped], first_sample_ns: int, *, commits_words: bool
) -> Scores:
    """Score a round.

    Args:
        turns: What was spoken.
        lines: What the system printed.
        first_sample_ns: When sample 0 was due.
        commits_words: Its finals are single words, so they say nothing about cuts and turn ends.
    """
    spoken = [
        Spoken(turn.text, turn.start_s, turn.end_s, turn.language, turn.words_by == "people")
        for turn in turns
    ]
    arrived = finals(lines, first_sample_ns)
    standing = [each for each in arrived if each.stands]
    account = attribute(spoken, [Transcript(each.text, each.at_s) for each in standing])
    shown = [each for each in versions(lines, first_sample_ns) if any(unit.text for unit in each.units)]
    reported = [(line.at_ns - first_sample_ns) / 1e9 for line in lines if line.event.type == "turn_end"]
    pieces = _pieces(turns, account, arrived, standing)
    found = []
    for number, turn in enumerate(turns):
        if not normal_words(turn.text, turn.language):
            continue  # no speech, or nothing but sounds that no transcript has
        own = [standing[index] for index in account.outcomes[number].finals]
        ends = reported or [each.at_s for each in pieces[number]]
        heard = _Heard(
            turn=turn,
            next_s=turns[number + 1].start_s if number + 1 < len(turns) else math.inf,
            latest_s=account.outcomes[number].latency_s,
            right_words=account.outcomes[number].right_words,
            own=own,
            pieces=pieces[number],
            shown=shown,
            ends=[] if commits_words and not reported else ends,
        )
        found.append(_score(heard, arrived, commits_words=commits_words))
    return Scores(
        turns=found,
        merged=account.merged,
        word_errors=account.word_errors,
        true_words=account.true_words,
        partials=sum(line.event.type == "partial" for line in lines),
        has_turn_ends=bool(reported),
    )


class _Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a system printed of one turn."""

    turn: Turn
    next_s: float
    """Start of the next turn."""
    latest_s: float
    right_words: list[str]
    own: list[Final]
    """Standing finals with its words."""
    pieces: list[Final]
    """These, what they replaced, and finals during the turn whose words were taken back later."""
    shown: list[Version]
    ends: list[float]
    """Reports of a turn's end, or the finals of this turn where a system has none."""


def _pieces(
    turns: Sequence[Turn], account: Account, arrived: Sequence[Final], standing: Sequence[Final]
) -> list[list[Final]]:
    """Return the finals of each turn in order of arrival."""
    found = [
        with_replaced([standing[index] for index in outcome.finals], arrived) for outcome in account.outcomes
    ]
    claimed = {each.place for pieces in found for each in pieces}
    withdrawn = [each for each in arrived if each.place not in claimed]
    return [
        sorted(
            [*pieces, *(each for each in withdrawn if turn.start_s <= each.at_s < turn.end_s)],
            key=lambda each: each.place,
        )
        for turn, pieces in zip(turns, found, strict=True)
    ]


def _score(heard: _Heard, arrived: Sequence[Final], *, commits_words: bool) -> TurnScore:
    turn = heard.turn
    after = [version.at_s for version in heard.shown if turn.end_s <= version.at_s < heard.next_s]
    last = [each.at_s for each in arrived if turn.end_s <= each.at_s < heard.next_s]
    ended_s = turn.end_s - _LABELS_S
    early = [at_s for at_s in heard.ends if turn.start_s <= at_s < ended_s]
    late = [at_s for at_s in heard.ends if ended_s <= at_s < heard.next_s]
    final_s, text_then = _reached_end(heard)
    whole = " ".join(each.text for each in heard.own)
    most_errors = errors_within(turn.text, whole, turn.language)
    seen_s = settled_s = math.inf
    if math.isfinite(final_s) and heard.right_words:
        seen_s = min(_visible_s(heard, most_errors, finals_only=False), final_s)
        settled_s = max(_visible_s(heard, most_errors, finals_only=True), final_s)
    return TurnScore(
        id=turn.id,
        final_s=_finite(final_s),
        settled_s=_finite(settled_s),
        seen_s=_finite(seen_s),
        first_after_end_s=_finite(min(after, default=math.inf) - turn.end_s),
        ttfs_s=max(last) - turn.end_s if last else None,
        turn_end_s=_finite(min(late, default=math.inf) - turn.end_s),
        holds=len(turn.holds),
        held_cut=_held_cut(turn, early),
        early_ends=len(early),
        cuts=[] if commits_words else _cuts_made(turn, heard.pieces),
        cuts_left=[] if commits_words else places_of_cuts(turn.text, [each.text for each in heard.own]),
        words=len(normal_words(turn.text, turn.language)),
        right_words=len(heard.right_words),
        errors_then=errors_within(turn.text, text_then, turn.language),
        words_by=turn.words_by,
    )


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def _reached_end(heard: _Heard) -> tuple[float, str]:
    """Return when finals first reached the end of the turn, and their words then.

    They reach it with one of its last words, or with any word in their place after the speech; labelled
    speech may end with other sounds, but not for long.
    """
    turn = heard.turn
    for count, piece in enumerate(heard.pieces, start=1):
        text = standing_text(heard.pieces[:count], revised=False)
        early_s = turn.end_s - piece.at_s
        if early_s <= _OUTLASTS_S and reaches_end(
            turn.text, text, turn.language, rightly=early_s > _UNSURE_S
        ):
            return -early_s, text
    text = standing_text(heard.pieces, revised=False)
    came = math.isfinite(heard.latest_s) and heard.latest_s >= -_UNSURE_S
    return heard.latest_s if came else math.inf, text


def _visible_s(heard: _Heard, most_errors: int, *, finals_only: bool) -> float:
    """Return when all right words were visible for the first time, with no more errors than at last."""
    turn = heard.turn
    for version in heard.shown:
        if version.at_s < turn.end_s - _OUTLASTS_S:
            continue
        units = [unit for unit in version.units if unit.updated_s > turn.start_s]
        recent = " ".join(unit.text for unit in units if unit.is_final or not finals_only)
        visible = iter(normal_words(recent, turn.language))
        if (
            all(word in visible for word in heard.right_words)
            and errors_within(turn.text, recent, turn.language) <= most_errors
        ):
            return version.at_s - turn.end_s
    return math.inf


def _held_cut(turn: Turn, early: Sequence[float]) -> int:
    """Return the number of holds in which, or after which, an end was reported before the next hold."""
    borders = [*(hold.start for hold in turn.holds), turn.end_s]
    return sum(any(start <= at_s < border for at_s in early) for start, border in pairwise(borders))


def _cuts_made(turn: Turn, pieces: Sequence[Final]) -> list[Place]:
    """Return the places of all boundaries, also of those between finals that were replaced or taken back."""
    before = [standing_text(pieces[:count], revised=False) for count in range(1, len(pieces))]
    return places_of_all(turn.text, before, standing_text(pieces, revised=False))
