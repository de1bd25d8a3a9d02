"""Speech gate: turns speech probabilities into utterances with a start and an end.

    QUIET    ─ speech ───────────────► STARTING
    STARTING ─ min_speech_ms of it ──► SPEAKING  SpeechStarted
    SPEAKING ─ quiet ────────────────► STOPPING
    STOPPING ─ pause_ms of it ───────► PAUSED    SpeechPaused
    PAUSED   ─ speech ───────────────► SPEAKING  SpeechResumed
    PAUSED   ─ hangover_ms of quiet ─► QUIET     SpeechEnded; sooner after EndpointPredicted

Long sound above the noise floor is speech as well, and an utterance begins with the sound before its speech.
Utterances of a source are numbered from 1, in order, and never overlap. Pure: knows no detector and no ring.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal

from bus.audio import SAMPLE_RATE
from bus.messages import SpeechEnded, SpeechPaused, SpeechResumed, SpeechStarted
from vad.cutting import best_cut
from vad.settings import VadSettings
from vad.sound_history import SoundHistory
from vad.utterance import Utterance

EndCause = Literal["silence", "length", "end of audio"]

GateEvent = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded


class State(Enum):
    """States of the gate."""

    QUIET = auto()
    STARTING = auto()
    """Speech that is still shorter than `min_speech_ms`."""
    SPEAKING = auto()
    STOPPING = auto()
    """Quiet within an utterance that is still shorter than `pause_ms`."""
    PAUSED = auto()
    """Quiet within an utterance, published as SpeechPaused."""


class SpeechGate:
    """Finds the utterances of one source.

    Args:
        source: The source's name.
        settings: Thresholds and lengths.
        next_utterance: Number of the next utterance.
        free_from: The next utterance does not begin before this sample.
        unfinished: An utterance from before a restart; its start is not published again.
        sure_probability: Windows of at least this probability certainly contain speech.
    """

    def __init__(
        self,
        source: str,
        settings: VadSettings,
        *,
        next_utterance: int = 1,
        free_from: int = 0,
        unfinished: SpeechStarted | None = None,
        sure_probability: float = 0.9,
    ) -> None:
        self._source = source
        self._sure_probability = sure_probability
        self._start_threshold = settings.start_threshold
        self._end_threshold = settings.end_threshold
        self._min_speech = _samples(settings.min_speech_ms)
        self._pre_roll = _samples(settings.pre_roll_ms)
        self._pause = _samples(settings.pause_ms)
        self._hangover = _samples(settings.hangover_ms)
        self._padding = _samples(settings.padding_ms)
        self._longest = _samples(settings.longest_s * 1000)
        self._next_number = next_utterance
        self._free_from = free_from
        self._state = State.QUIET
        self._processed_sample = 0
        self._onset = 0
        """Where the speech of STARTING began."""
        self._sure: list[tuple[int, int]] = []
        """Windows since the onset that certainly contain speech."""
        self._sounds = SoundHistory()
        self._utterance: Utterance | None = None
        if unfinished is not None:
            self._state = State.SPEAKING
            self._utterance = Utterance(
                unfinished.utterance,
                unfinished.start_sample,
                unfinished.detected_sample,
                unfinished.detected_sample,
                self._hangover,
                is_by_sound=unfinished.by_sound,
            )

    @property
    def idle(self) -> bool:
        """Whether there is neither an utterance nor the start of one."""
        return self._state is State.QUIET

    def began_before(self, sample: int) -> bool:
        """Return whether the current utterance, or what may become one, began before this sample."""
        if self._utterance is not None:
            return self._utterance.start_sample < sample
        return self._state is State.STARTING and self._onset < sample

    def update(
        self, start_sample: int, stop_sample: int, probability: float, *, is_sound: bool = False
    ) -> list[GateEvent]:
        """Process one window and return the events it causes.

        Args:
            start_sample: First sample of the window; the end of the previous one.
            stop_sample: One past its last sample.
            probability: Probability that it contains speech.
            is_sound: Whether it contains voice-like sound clearly above the noise floor.
        """
        is_speech = probability >= self._threshold
        self._sounds.update(start_sample, stop_sample, is_sound=is_sound, is_speech=is_speech)
        self._processed_sample = stop_sample
        utterance = self._utterance
        sure = self._sure if utterance is None else utterance.sure
        if probability >= self._sure_probability:
            sure.append((start_sample, stop_sample))
        if utterance is None:
            return self._outside_utterance(start_sample, stop_sample, probability)
        if stop_sample <= utterance.detected_sample:  # processed before the restart
            return []
        utterance.is_by_sound |= self._sounds.continues_speech
        if utterance.is_by_sound and is_sound:
            probability = max(probability, self._start_threshold)
        events = self._within_utterance(utterance, start_sample, stop_sample, probability)
        window = stop_sample - start_sample
        if self._utterance and stop_sample + window > utterance.start_sample + self._longest:
            events += self._cut(self._utterance, stop_sample)
        return events

    def finish(self, stop_sample: int) -> list[GateEvent]:
        """End the current utterance, because no audio follows.

        Args:
            stop_sample: One past the last sample of the audio.
        """
        self._sure.clear()
        if self._utterance is None:
            self._state = State.QUIET
            return []
        utterance = self._utterance
        end = max(stop_sample, utterance.detected_sample)
        stop = end if self._state is State.SPEAKING else min(utterance.spoken_sample + self._padding, end)
        return [self._end(utterance, stop, end, "end of audio")]

    def set_wait(self, utterance: int, quiet_sample: int, wait_samples: int) -> list[GateEvent]:
        """Set the quiet after which the current pause ends the utterance; other pauses are ignored.

        Args:
            utterance: Number of the utterance.
            quiet_sample: Where the pause began.
            wait_samples: At most the hangover is used.

        Returns:
            The end of the utterance, if the quiet has lasted that long already.
        """
        current = self._utterance
        if current is None or self._state is State.SPEAKING:
            return []
        if (current.number, current.spoken_sample) != (utterance, quiet_sample):
            return []
        current.wait = min(wait_samples, self._hangover)
        return self._end_if_quiet(current, self._processed_sample)

    def skip_to(self, sample: int) -> None:
        """Begin no utterance before `sample`, because the audio before it is lost; call `finish` first."""
        self._free_from = max(self._free_from, sample)

    @property
    def _threshold(self) -> float:
        """Probability from which on a window is speech in this state."""
        speaking = self._state in (State.STARTING, State.SPEAKING)
        return self._end_threshold if speaking else self._start_threshold

    def _outside_utterance(self, start: int, stop: int, probability: float) -> list[GateEvent]:
        if self._sounds.starts_speech:
            return [self._begin(self._start(start, stop), stop, is_by_sound=True)]
        if probability < self._threshold:
            self._state = State.QUIET
            self._sure.clear()
            return []
        if self._state is State.QUIET:
            self._state, self._onset = State.STARTING, start
        if stop - self._onset < self._min_speech:
            return []
        return [self._begin(self._start(self._onset, stop), stop)]

    def _start(self, onset: int, stop: int) -> int:
        """Return where an utterance begins; at most half of the longest before it was detected."""
        earliest = max(self._free_from, stop - self._longest // 2, 0)
        return max(self._sounds.onset(onset) - self._pre_roll, earliest)

    def _within_utterance(
        self, utterance: Utterance, start: int, stop: int, probability: float
    ) -> list[GateEvent]:
        if start >= utterance.start_sample + self._longest // 2:
            utterance.faintest.append((probability, (start + stop) // 2))
        if probability >= self._threshold:
            return self._speech(utterance, start, stop)
        if self._state is State.SPEAKING:
            self._state = State.STOPPING
        quiet_samples = stop - utterance.spoken_sample
        events: list[GateEvent] = []
        if quiet_samples >= self._pause and self._state is State.STOPPING:
            self._state = State.PAUSED
            events.append(
                SpeechPaused(
                    source=self._source,
                    utterance=utterance.number,
                    start_sample=utterance.start_sample,
                    quiet_sample=utterance.spoken_sample,
                    stop_sample=utterance.spoken_sample + min(self._padding, self._pause),
                )
            )
        return events + self._end_if_quiet(utterance, stop)

    def _end_if_quiet(self, utterance: Utterance, stop: int) -> list[GateEvent]:
        if stop - utterance.spoken_sample < utterance.wait:
            return []
        return [self._end(utterance, min(utterance.spoken_sample + self._padding, stop), stop, "silence")]

    def _speech(self, utterance: Utterance, start: int, stop: int) -> list[GateEvent]:
        before, self._state = self._state, State.SPEAKING
        if before is not State.SPEAKING:
            utterance.pauses.append((utterance.spoken_sample, start))
        utterance.spoken_sample = stop
        utterance.wait = self._hangover
        if before is not State.PAUSED:
            return []
        return [SpeechResumed(source=self._source, utterance=utterance.number, resumed_sample=start)]

    def _cut(self, utterance: Utterance, stop: int) -> list[GateEvent]:
        """End an utterance that is too long, and begin the next one there."""
        speaking = self._state is State.SPEAKING
        pauses = utterance.pauses if speaking else [*utterance.pauses, (utterance.spoken_sample, stop)]
        quiet_sample, cut = best_cut(
            pauses,
            utterance.faintest,
            earliest_sample=utterance.start_sample + self._longest // 2,
            stop_sample=stop - self._min_speech,  # or the rest might be too short for an utterance
        )
        if not speaking and cut >= utterance.spoken_sample:  # no speech after it so far
            padded = min(utterance.spoken_sample + self._padding, stop)
            return [self._end(utterance, padded, stop, "length")]
        spoken_sample = utterance.spoken_sample
        utterance.spoken_sample = quiet_sample
        ended = self._end(utterance, cut, stop, "length")
        begun = self._begin(cut, stop, is_by_sound=utterance.is_by_sound)
        assert self._utterance is not None
        self._state = State.SPEAKING if speaking else State.STOPPING
        self._utterance.spoken_sample = spoken_sample
        self._utterance.pauses = [pause for pause in utterance.pauses if pause[0] > cut]
        self._utterance.sure = [window for window in utterance.sure if window[0] >= cut]
        return [ended, begun]

    def _begin(self, start: int, detected: int, *, is_by_sound: bool = False) -> SpeechStarted:
        self._state = State.SPEAKING
        self._utterance = Utterance(self._next_number, start, detected, detected, self._hangover)
        self._utterance.sure, self._sure = self._sure, []
        self._utterance.is_by_sound = is_by_sound
        self._next_number += 1
        return SpeechStarted(
            source=self._source,
            utterance=self._utterance.number,
            start_sample=start,
            detected_sample=detected,
            by_sound=is_by_sound,
        )

    def _end(self, utterance: Utterance, stop: int, decided: int, cause: EndCause) -> SpeechEnded:
        self._state = State.QUIET
        self._utterance = None
        self._free_from = stop
        return SpeechEnded(
            source=self._source,
            utterance=utterance.number,
            start_sample=utterance.start_sample,
            quiet_sample=min(utterance.spoken_sample, stop),
            stop_sample=stop,
            decided_sample=decided,
            cause=cause,
            speech_ms=round(sum(b - a for a, b in utterance.sure if b <= stop) * 1000 / SAMPLE_RATE, 1),
        )


def _samples(length_ms: float) -> int:
    return round(length_ms * SAMPLE_RATE / 1000)
