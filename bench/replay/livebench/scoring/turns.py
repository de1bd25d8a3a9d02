"""Scores of single turns: latencies from the true end of speech, cuts, and turn ends.

What never came is None, and counts as infinite in every percentile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from livebench.contract import Stamped
from livebench.data.stream import Turn
from livebench.scoring.attribution import Account, Spoken, Transcript, attribute, errors_within, reaches_end
from livebench.scoring.cuts import Place, places_of_all, places_of_cuts
from livebench.scoring.transcript import Final, Version, finals, standing_text, versions, with_replaced
from livebench.scoring.words import normal_words

_OUTLASTS_S = 1.5
"""Labelled speech may end with other sounds; finals that end a turn longer before are coincidences."""


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


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of one round."""

    turns: list[TurnScore]
    merged: int
    """Finals with words of more than one turn."""
    word_errors: int
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
    spoken = [Spoken(turn.text, turn.start_s, turn.end_s, turn.language) for turn in turns]
    arrived = finals(lines, first_sample_ns)
    standing = [each for each in arrived if each.stands]
    account = attribute(spoken, [Transcript(each.text, each.at_s) for each in standing])
    shown = list(versions(lines, first_sample_ns))
    reported = [(line.at_ns - first_sample_ns) / 1e9 for line in lines if line.event.type == "turn_end"]
    ends = reported or ([] if commits_words else [each.at_s for each in arrived])
    found = []
    for number, turn in enumerate(turns):
        if turn.text:
            next_s = turns[number + 1].start_s if number + 1 < len(turns) else math.inf
            found.append(_score(turn, next_s, number, account, arrived, standing, shown, ends, commits_words))
    return Scores(
        turns=found,
        merged=account.merged,
        word_errors=account.word_errors,
        true_words=account.true_words,
        partials=sum(line.event.type == "partial" for line in lines),
        has_turn_ends=bool(reported),
    )


def _score(
    turn: Turn,
    next_s: float,
    number: int,
    account: Account,
    arrived: Sequence[Final],
    standing: Sequence[Final],
    shown: Sequence[Version],
    ends: Sequence[float],
    commits_words: bool,
) -> TurnScore:
    outcome = account.outcomes[number]
    own = [standing[index] for index in outcome.finals]
    after = [version.at_s for version in shown if turn.end_s <= version.at_s < next_s]
    last = [each.at_s for each in arrived if turn.end_s <= each.at_s < next_s]
    early = [at_s for at_s in ends if turn.start_s <= at_s < turn.end_s]
    late = [at_s for at_s in ends if turn.end_s <= at_s < next_s]
    pieces = with_replaced(own, arrived)
    final_s, text_then = _reached_end(turn, pieces, outcome.latency_s)
    seen_s = _visible_s(turn, outcome.right_words, shown, final_s, finals_only=False)
    settled_s = _visible_s(turn, outcome.right_words, shown, math.inf, finals_only=True)
    return TurnScore(
        id=turn.id,
        final_s=_finite(final_s),
        settled_s=_finite(max(settled_s, final_s)),
        seen_s=_finite(min(seen_s, final_s)),
        first_after_end_s=_finite(min(after, default=math.inf) - turn.end_s),
        ttfs_s=max(last) - turn.end_s if last else None,
        turn_end_s=_finite(min(late, default=math.inf) - turn.end_s),
        holds=len(turn.holds),
        held_cut=_held_cut(turn, early),
        early_ends=len(early),
        cuts=[] if commits_words else _cuts_made(turn, pieces),
        cuts_left=[] if commits_words else places_of_cuts(turn.text, [each.text for each in own]),
        words=len(normal_words(turn.text, turn.language)),
        right_words=len(outcome.right_words),
        errors_then=errors_within(turn.text, text_then, turn.language),
    )


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def _reached_end(turn: Turn, pieces: Sequence[Final], latest_s: float) -> tuple[float, str]:
    """Return when finals first reached the end of the turn, and their words then."""
    for count, piece in enumerate(pieces, start=1):
        text = standing_text(pieces[:count], revised=False)
        if piece.at_s >= turn.end_s - _OUTLASTS_S and reaches_end(turn.text, text, turn.language):
            return min(piece.at_s - turn.end_s, latest_s), text
    return latest_s if latest_s >= -_OUTLASTS_S else math.inf, standing_text(pieces, revised=False)


def _visible_s(
    turn: Turn, words: Sequence[str], shown: Sequence[Version], otherwise_s: float, *, finals_only: bool
) -> float:
    """Return when all these words were visible at once for the first time."""
    for version in shown:
        if version.at_s <= turn.start_s:
            continue
        units = [unit for unit in version.units if unit.updated_s > turn.start_s]
        recent = " ".join(unit.text for unit in units if unit.is_final or not finals_only)
        visible = iter(normal_words(recent, turn.language))
        if all(word in visible for word in words):
            return version.at_s - turn.end_s
    return otherwise_s


def _held_cut(turn: Turn, early: Sequence[float]) -> int:
    """Return the number of holds in which, or after which, an end was reported before the next hold."""
    borders = [*(hold.start for hold in turn.holds), turn.end_s]
    return sum(any(start <= at_s < border for at_s in early) for start, border in pairwise(borders))


def _cuts_made(turn: Turn, pieces: Sequence[Final]) -> list[Place]:
    """Return the places of all boundaries, also of those between finals that a later one replaced."""
    before = [standing_text(pieces[:count]) for count in range(1, len(pieces))]
    return places_of_all(turn.text, before, standing_text(pieces))
