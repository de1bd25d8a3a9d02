"""Remembers recent sound above the noise floor, and extends speech over it. Pure."""

from __future__ import annotations

from collections import deque

from bus.audio import SAMPLE_RATE

LONGEST_WALK_SAMPLES = 2 * SAMPLE_RATE
"""Speech is extended back over at most so much sound."""
_WALK_GAP_SAMPLES = SAMPLE_RATE // 4
"""Quiet between words, over which speech is still extended."""
_RUN_GAP_SAMPLES = SAMPLE_RATE // 10
"""Quiet within a word, such as before a plosive, that does not interrupt a run of sound."""
_STARTING_RUN_SAMPLES = SAMPLE_RATE // 2
"""A run that is speech of its own; the detector finds clean speech long before."""
_CONTINUING_RUN_SAMPLES = SAMPLE_RATE // 4
"""A run that continues the speech before it; echo and breath are shorter. It moved none of 787 pauses of
clean speech (`bench/LOG.md`)."""


class SoundHistory:
    """Sound of the last two seconds, and the current run of sound that the detector does not call speech."""

    def __init__(self) -> None:
        self._sounds: deque[tuple[int, int]] = deque()
        self._run_samples = 0
        self._run_stop = 0

    @property
    def starts_speech(self) -> bool:
        """Whether the current run, which the detector does not call speech, is an utterance all the same."""
        return self._run_samples >= _STARTING_RUN_SAMPLES

    @property
    def continues_speech(self) -> bool:
        """Whether the current run belongs to the utterance that it follows."""
        return self._run_samples >= _CONTINUING_RUN_SAMPLES

    def update(self, start: int, stop: int, *, is_sound: bool, is_speech: bool) -> None:
        """Add one window.

        Args:
            start: First sample of the window; the end of the previous one.
            stop: One past its last sample.
            is_sound: Whether it stands clearly above the noise floor.
            is_speech: Whether the detector calls it speech, which needs no second opinion.
        """
        while self._sounds and self._sounds[0][0] < stop - 2 * LONGEST_WALK_SAMPLES:
            self._sounds.popleft()
        if is_sound:
            self._sounds.append((start, stop))
        quiet_samples = (start if is_sound else stop) - self._run_stop
        if is_speech or quiet_samples > _RUN_GAP_SAMPLES:
            self._run_samples = 0
        if is_sound and not is_speech:
            self._run_samples += stop - start
        if is_sound or is_speech:
            self._run_stop = stop

    def onset(self, detected: int) -> int:
        """Return where the sound begins that leads to the speech detected here, at most two seconds before.

        Args:
            detected: First sample of the speech.
        """
        onset = detected
        for start, stop in reversed(self._sounds):
            if onset - stop > _WALK_GAP_SAMPLES:
                break
            onset = min(onset, start)
        return max(onset, detected - LONGEST_WALK_SAMPLES)
