"""Utterances of practice answers with speech at given seconds."""

from __future__ import annotations

from itertools import pairwise

from session.practice.utterances import Utterance
from tests.support.events import SECOND


def utterance(text: str, *spoken_s: tuple[float, float], number: int = 1) -> Utterance:
    """Return an utterance with speech at these seconds."""
    samples = [(round(start * SECOND), round(stop * SECOND)) for start, stop in spoken_s]
    pauses = [(before[1], after[0]) for before, after in pairwise(samples)]
    return Utterance(number, samples[0][0], samples[0][0], pauses, samples[-1][1], text, ended=True)
