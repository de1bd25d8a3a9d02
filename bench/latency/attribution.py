"""Attributes transcribed utterances to spoken turns.

An utterance and a turn match if they share at least half of the shorter one. A turn may be split into several
utterances, an utterance may hold several turns: connected ones form one group, so that every word is counted
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A stretch of one source's time."""

    source: str
    start_s: float
    stop_s: float


@dataclass(frozen=True)
class Group:
    """Connected turns and utterances, as indices in order of time."""

    turns: tuple[int, ...]
    transcribed: tuple[int, ...]
    """Empty if the turn was not transcribed."""


def attribute(turns: Sequence[Span], transcribed: Sequence[Span]) -> tuple[list[Group], list[int]]:
    """Return the groups in order of their first turn, and the utterances without a turn."""
    partners = {turn: _partners(turns[turn], transcribed) for turn in range(len(turns))}
    groups: list[Group] = []
    seen: set[int] = set()
    for first in sorted(partners, key=lambda turn: turns[turn].start_s):
        if first not in seen:
            members, utterances = _connected(first, partners)
            seen |= members
            groups.append(
                Group(
                    tuple(sorted(members, key=lambda turn: turns[turn].start_s)),
                    tuple(sorted(utterances, key=lambda each: transcribed[each].start_s)),
                )
            )
    claimed = {each for group in groups for each in group.transcribed}
    return groups, [each for each in range(len(transcribed)) if each not in claimed]


def _partners(turn: Span, transcribed: Sequence[Span]) -> set[int]:
    return {number for number, each in enumerate(transcribed) if _belong_together(turn, each)}


def _belong_together(one: Span, other: Span) -> bool:
    if one.source != other.source:
        return False
    shared_s = min(one.stop_s, other.stop_s) - max(one.start_s, other.start_s)
    shorter_s = min(one.stop_s - one.start_s, other.stop_s - other.start_s)
    return shared_s > 0 and shared_s >= shorter_s / 2


def _connected(first: int, partners: dict[int, set[int]]) -> tuple[set[int], set[int]]:
    members, utterances = {first}, set(partners[first])
    while True:
        more = {turn for turn, theirs in partners.items() if theirs & utterances} - members
        if not more:
            return members, utterances
        members |= more
        utterances |= {each for turn in more for each in partners[turn]}
