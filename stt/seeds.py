"""What of an utterance is known already: the words up to its pauses.

A speculative pass whose speaker went on was not made in vain: its words hold up to the pause. Later passes
begin there when that saves time: partials always, finals of long utterances only, because Whisper hears
better with more of a sentence before it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from bus.audio import SAMPLE_RATE
from stt.settings import SttSettings

_LEAST_FOR_PARTIAL = round(0.8 * SAMPLE_RATE)
_LEAST_FOR_FINAL = 3 * SAMPLE_RATE
"""A final pass over less would hear a word or two without their sentence, and get them wrong."""


@dataclass(frozen=True)
class Seed:
    """Words, and where the sound after them begins."""

    sample: int
    text: str

    def joined(self, text: str) -> str:
        """Return these words with what a pass over the rest heard."""
        return f"{self.text} {text}".strip()


class Seeds:
    """The seeds of one utterance.

    Args:
        settings: The stage's settings.
    """

    def __init__(self, settings: SttSettings) -> None:
        self._longest = round(settings.longest_pass_s * SAMPLE_RATE)
        self._known: list[Seed] = []

    def add(self, sample: int, text: str) -> None:
        """Keep the words up to a pause.

        Args:
            sample: Where the pass that heard them ended.
            text: All words of the utterance up to there.
        """
        self._known.append(Seed(sample, text))

    def for_partial(self, start_sample: int, stop_sample: int) -> Seed:
        """Return where a partial pass may begin: at the last pause after which there is something to hear."""
        return self._last_before(stop_sample - _LEAST_FOR_PARTIAL, start_sample)

    def for_final(self, start_sample: int, stop_sample: int) -> Seed:
        """Return where a final pass shall begin: at the start, unless that makes it long."""
        if stop_sample - start_sample <= self._longest:
            return Seed(start_sample, "")
        return self._last_before(stop_sample - _LEAST_FOR_FINAL, start_sample)

    def _last_before(self, sample: int, start_sample: int) -> Seed:
        early_enough = (seed for seed in self._known if seed.sample <= sample)
        return max(early_enough, key=lambda seed: seed.sample, default=Seed(start_sample, ""))
