"""Finds turns in the speech of two parties, and cuts them out. Knows spans only, and no files.

A turn is consecutive speech of one party until the other takes over. A short sound of the other in a short
pause ("uh-huh") does not end it, and is no turn itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import SHORTEST_HOLD_S, Audio, Span, Word
from livebench.data.silences import SPEECH_BELOW_PEAK_DB, silences

MARGIN_S = 0.3
"""Sound kept before and after a turn."""
_LONGEST_HOLD_S = 3.0
"""A longer pause ends the turn even if the other party is silent."""
_TAKES_OVER_S = 1.0
"""Speech of the other party of at least this length, in a pause, ends the turn; shorter is a backchannel."""
_BACKCHANNEL_PAUSE_S = 1.5
"""In a longer pause any speech of the other party ends the turn."""
_SAME_RUN_S = 0.5
_SHORTEST_SOUND_S = 0.08
"""Shorter sounds at the ends of a turn are clicks, and"""
_SHORTEST_APART_S, _APART_S = 0.25, 0.7
"""those so far from the rest are breath."""
_SHORTEST_TURN_S = 0.25
_STEADY_DB = 5.0
_STEADY_S = 0.05


class Cut(msgspec.Struct, frozen=True):
    """A part of a channel with one turn, seconds."""

    start: float
    end: float


def conversation_turns(
    one: Sequence[Span], other: Sequence[Span]
) -> tuple[list[list[Span]], list[list[Span]]]:
    """Return the turns of two parties in order, each as its stretches of speech without clicks.

    Args:
        one: Stretches of speech of the first party in order, seconds.
        other: Those of the second.
    """
    mine = _turns(one, _runs(other), _TAKES_OVER_S)
    theirs = _turns(other, _runs(one), _TAKES_OVER_S)
    return _without_backchannels(mine, theirs), _without_backchannels(theirs, mine)


def turns_alone(own: Sequence[Span], others: Sequence[Span]) -> list[list[Span]]:
    """Return the turns of a party during which others are silent, in a recording of one channel."""
    return [
        turn
        for turn in _turns(own, others, 0.0)
        if not any(each.start < turn[-1].end and each.end > turn[0].start for each in others)
    ]


def cut_around(turn: Sequence[Span], sounds: Sequence[Span], length_s: float) -> Cut:
    """Return the turn's part of its channel, with a margin in which no other sound of the channel is."""
    start, end = turn[0].start, turn[-1].end
    before = max((each.end for each in sounds if each.end <= start), default=0.0)
    after = min((each.start for each in sounds if each.start >= end), default=length_s)
    return Cut(round(max(start - MARGIN_S, before, 0.0), 3), round(min(end + MARGIN_S, after, length_s), 3))


def part_of(samples: Audio, cut: Cut) -> Audio:
    """Return the samples of a cut, shape (n,), 16 kHz."""
    return samples[round(cut.start * SAMPLE_RATE) : round(cut.end * SAMPLE_RATE)]


def has_clear_end(part: Audio, least_db: float) -> bool:
    """Tell whether silence follows the speech, at the same time within 50 ms for limits 5 dB apart.

    Args:
        part: One turn, shape (n,), 16 kHz.
        least_db: What is less loud is no speech, dBFS. Noise makes an end unclear.

    Raises:
        InputFailure: It has no sound.
    """
    end = silences(part, least_db=least_db)[-1]
    higher = silences(part, SPEECH_BELOW_PEAK_DB - _STEADY_DB, least_db + _STEADY_DB)[-1]
    lower = silences(part, SPEECH_BELOW_PEAK_DB + _STEADY_DB)[-1]
    is_silent = end.end - end.start >= SHORTEST_HOLD_S
    return is_silent and end.start - higher.start <= _STEADY_S >= lower.start - end.start


def spans_between(words: Sequence[Word], length_s: float) -> list[Span]:
    """Return the silences before, between and after words, of at least 0.1 s; the last one always."""
    found, at_s = [], 0.0
    for word in words:
        if word.start - at_s >= SHORTEST_HOLD_S:
            found.append(Span(round(at_s, 3), round(word.start, 3)))
        at_s = max(at_s, word.end)
    return [*found, Span(round(at_s, 3), round(max(at_s, length_s), 3))]


def _turns(own: Sequence[Span], runs_of_other: Sequence[Span], takes_over_s: float) -> list[list[Span]]:
    turns: list[list[Span]] = []
    for number, stretch in enumerate(own):
        if number and not _ends(Span(own[number - 1].end, stretch.start), runs_of_other, takes_over_s):
            turns[-1].append(stretch)
        else:
            turns.append([stretch])
    trimmed = [_without_clicks(turn) for turn in turns]
    return [turn for turn in trimmed if sum(each.end - each.start for each in turn) >= _SHORTEST_TURN_S]


def _ends(pause: Span, runs_of_other: Sequence[Span], takes_over_s: float) -> bool:
    """Tell whether a turn ends in this pause of its speaker."""
    length_s = pause.end - pause.start
    if length_s > _LONGEST_HOLD_S:
        return True
    inside_s = [min(run.end, pause.end) - max(run.start, pause.start) for run in runs_of_other]
    return max(inside_s, default=0.0) > (0.0 if length_s > _BACKCHANNEL_PAUSE_S else takes_over_s)


def _runs(stretches: Sequence[Span]) -> list[Span]:
    """Return the stretches with short pauses closed, and without clicks."""
    runs: list[Span] = []
    for each in stretches:
        if runs and each.start - runs[-1].end <= _SAME_RUN_S:
            runs[-1] = Span(runs[-1].start, each.end)
        else:
            runs.append(each)
    return [run for run in runs if run.end - run.start >= _SHORTEST_SOUND_S]


def _without_clicks(turn: list[Span]) -> list[Span]:
    while turn and _is_click(turn[0], turn[1:2]):
        turn = turn[1:]
    while turn and _is_click(turn[-1], turn[-2:-1]):
        turn = turn[:-1]
    return turn


def _is_click(sound: Span, neighbour: list[Span]) -> bool:
    apart_s = max((max(sound.start - each.end, each.start - sound.end) for each in neighbour), default=0.0)
    return sound.end - sound.start < (_SHORTEST_APART_S if apart_s > _APART_S else _SHORTEST_SOUND_S)


def _without_backchannels(turns: list[list[Span]], others: list[list[Span]]) -> list[list[Span]]:
    """Return the turns but for short ones inside a turn of the other party."""
    return [
        turn
        for turn in turns
        if turn[-1].end - turn[0].start >= _TAKES_OVER_S
        or not any(
            other[0].start < turn[0].start and turn[-1].end < other[-1].end and len(other) > 1
            for other in others
        )
    ]
