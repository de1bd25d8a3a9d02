"""Passes that seats request: partials while a turn lasts, finals at its pauses. Pure.

A seat is a session with two speakers who alternate. Turns and the gaps between them are drawn from the
shipped interview, the times of passes follow from the settings of stt and vad.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from session.run.start.demo import script
from stt.settings import SttSettings
from vad.settings import VadSettings

_MS = 1e-3


@dataclass(frozen=True)
class Arrival:
    """One requested pass."""

    at_s: float
    seat: int
    is_final: bool = True
    """Whether a user waits for it; a partial may be dropped."""


@dataclass(frozen=True)
class Speech:
    """Turns to draw from, and when their passes are requested; all in seconds."""

    turns_s: tuple[float, ...]
    gaps_s: tuple[float, ...]
    first_partial_s: float
    partial_every_s: float
    pause_s: float
    """Quiet after which a final is begun."""
    inner_pauses: float
    """Pauses inside a turn, on average; each begins a pass too."""


INNER_PAUSES = 0.8
"""Speculative passes that come to nothing, per turn: 51 beside 65 in bench/LOG.md."""


def interview(inner_pauses: float = INNER_PAUSES) -> Speech:
    """Return the speech of the shipped interview with the default settings."""
    turns = script()
    stt, vad = SttSettings(), VadSettings()
    gaps_s = tuple(max(later.start_s - turn.end_s, 0.0) for turn, later in pairwise(turns))
    return Speech(
        tuple(turn.end_s - turn.start_s for turn in turns),
        gaps_s,
        stt.first_partial_s,
        stt.partial_every_s,
        vad.pause_ms * _MS,
        inner_pauses,
    )


def arrivals(speech: Speech, seat: int, seconds: float, chance: np.random.Generator) -> list[Arrival]:
    """Return the passes of one seat, in their order; it is in the middle of a conversation at 0."""
    found: list[Arrival] = []
    at_s = -float(chance.uniform(0, max(speech.turns_s) + max(speech.gaps_s)))
    while at_s < seconds:
        length_s = float(chance.choice(speech.turns_s))
        found += _turn(speech, seat, at_s, length_s, chance)
        at_s += length_s + float(chance.choice(speech.gaps_s))
    return sorted((each for each in found if 0 <= each.at_s < seconds), key=lambda each: each.at_s)


def _turn(
    speech: Speech, seat: int, start_s: float, length_s: float, chance: np.random.Generator
) -> list[Arrival]:
    partials = np.arange(speech.first_partial_s, length_s, speech.partial_every_s)
    pauses = chance.uniform(0, length_s, int(chance.poisson(speech.inner_pauses)))
    finals = [*pauses, length_s]
    return [
        *(Arrival(start_s + float(after_s), seat, is_final=False) for after_s in partials),
        *(Arrival(start_s + float(after_s) + speech.pause_s, seat) for after_s in finals),
    ]
