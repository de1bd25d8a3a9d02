"""From the probability of speech in each window to utterances with a start and an end.

Pure: knows no detector, no ring and no time but sample positions. Speech must last a little to begin an
utterance, and quiet must last to end it; what lies between the two thresholds changes nothing. Utterances
of a source are numbered from 1, in order, and never overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus.audio import SAMPLE_RATE
from bus.messages import SpeechEnded, SpeechPaused, SpeechResumed, SpeechStarted
from vad.cutting import best_cut
from vad.settings import VadSettings

EndCause = Literal["silence", "length", "end of audio"]

GateEvent = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded
"""What a gate has to say."""


@dataclass
class _Utterance:
    number: int
    start_sample: int
    detected_sample: int
    spoken_sample: int
    """One past the last speech."""
    wait: int
    """Quiet after which it is over, in samples."""
    quiet: bool = False
    pause_told: bool = False
    pauses: list[tuple[int, int]] = field(default_factory=list)
    """Stretches of quiet within it, as long as they may serve for a cut."""
    faintest: list[tuple[float, int]] = field(default_factory=list)
    """Probability and middle of each window that may serve for a cut when there is no pause."""
    sure: list[tuple[int, int]] = field(default_factory=list)
    """Windows that hold speech for certain."""


class SpeechGate:
    """Finds the utterances of one source.

    Args:
        source: The source's name.
        settings: Thresholds and lengths.
        next_utterance: Number of the next utterance.
        free_from: The next utterance does not begin before this sample.
        unfinished: An utterance that an earlier gate began; its beginning is not told again.
        sure_probability: From this probability on a window holds speech for certain.
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
        self._sound_start: int | None = None  # speech that has not lasted long enough yet
        self._sure: list[tuple[int, int]] = []
        """Windows since then that hold speech for certain."""
        self._utterance: _Utterance | None = None
        if unfinished is not None:
            self._utterance = _Utterance(
                unfinished.utterance,
                unfinished.start_sample,
                unfinished.detected_sample,
                unfinished.detected_sample,
                self._hangover,
            )

    @property
    def idle(self) -> bool:
        """Whether nobody speaks, nor seems to begin."""
        return self._utterance is None and self._sound_start is None

    def update(self, start_sample: int, stop_sample: int, probability: float) -> list[GateEvent]:
        """Take in one window and return what it changes.

        Args:
            start_sample: Where the window begins; where the one before ended.
            stop_sample: One past its end.
            probability: How likely it is that it holds speech.
        """
        utterance = self._utterance
        sure = self._sure if utterance is None else utterance.sure
        if probability >= self._sure_probability:
            sure.append((start_sample, stop_sample))
        if utterance is None:
            return self._while_idle(start_sample, stop_sample, probability)
        if stop_sample <= utterance.detected_sample:  # an earlier gate has heard it
            return []
        events = self._while_speaking(utterance, start_sample, stop_sample, probability)
        window = stop_sample - start_sample
        if self._utterance and stop_sample + window > utterance.start_sample + self._longest:
            events += self._cut(self._utterance, stop_sample)
        return events

    def finish(self, stop_sample: int) -> list[GateEvent]:
        """End what is being said, because no sound follows.

        Args:
            stop_sample: One past the last sample that could be heard.
        """
        self._sound_start = None
        self._sure.clear()
        if self._utterance is None:
            return []
        utterance = self._utterance
        heard = max(stop_sample, utterance.detected_sample)
        stop = min(utterance.spoken_sample + self._padding, heard) if utterance.quiet else heard
        return [self._end(utterance, stop, heard, "end of audio")]

    def judge(self, utterance: int, quiet_sample: int, wait_samples: int) -> None:
        """Wait only so long for more after a pause; a judgement about an earlier pause changes nothing.

        Args:
            utterance: Whose words were judged.
            quiet_sample: Where the pause began.
            wait_samples: Quiet after which the utterance is over; never more than the hangover.
        """
        speaking = self._utterance
        if (
            speaking
            and speaking.quiet
            and (speaking.number, speaking.spoken_sample) == (utterance, quiet_sample)
        ):
            speaking.wait = min(wait_samples, self._hangover)

    def skip_to(self, sample: int) -> None:
        """Take note that the sound before `sample` cannot be heard; for `finish` to come before."""
        self._free_from = max(self._free_from, sample)

    def _while_idle(self, start: int, stop: int, probability: float) -> list[GateEvent]:
        sounding = self._sound_start is not None
        if probability < (self._end_threshold if sounding else self._start_threshold):
            self._sound_start = None
            self._sure.clear()
            return []
        if self._sound_start is None:
            self._sound_start = start
        if stop - self._sound_start < self._min_speech:
            return []
        begin = max(self._sound_start - self._pre_roll, self._free_from, 0)
        self._sound_start = None
        return [self._begin(begin, stop)]

    def _while_speaking(
        self, utterance: _Utterance, start: int, stop: int, probability: float
    ) -> list[GateEvent]:
        if start >= utterance.start_sample + self._longest // 2:
            utterance.faintest.append((probability, (start + stop) // 2))
        threshold = self._start_threshold if utterance.quiet else self._end_threshold
        if probability >= threshold:
            return self._speech(utterance, start, stop)
        utterance.quiet = True
        quiet_samples = stop - utterance.spoken_sample
        events: list[GateEvent] = []
        if quiet_samples >= self._pause and not utterance.pause_told:
            utterance.pause_told = True
            events.append(
                SpeechPaused(
                    source=self._source,
                    utterance=utterance.number,
                    start_sample=utterance.start_sample,
                    quiet_sample=utterance.spoken_sample,
                    stop_sample=utterance.spoken_sample + min(self._padding, self._hangover),
                )
            )
        if quiet_samples >= utterance.wait:
            events.append(
                self._end(utterance, min(utterance.spoken_sample + self._padding, stop), stop, "silence")
            )
        return events

    def _speech(self, utterance: _Utterance, start: int, stop: int) -> list[GateEvent]:
        was_told = utterance.pause_told
        if utterance.quiet:
            utterance.pauses.append((utterance.spoken_sample, start))
        utterance.quiet = utterance.pause_told = False
        utterance.spoken_sample = stop
        utterance.wait = self._hangover
        if not was_told:
            return []
        return [SpeechResumed(source=self._source, utterance=utterance.number, resumed_sample=start)]

    def _cut(self, utterance: _Utterance, stop: int) -> list[GateEvent]:
        """End an utterance that grew too long, and begin the next where it ends."""
        pauses = [*utterance.pauses, (utterance.spoken_sample, stop)] if utterance.quiet else utterance.pauses
        quiet_sample, cut = best_cut(
            pauses,
            utterance.faintest,
            earliest_sample=utterance.start_sample + self._longest // 2,
            stop_sample=stop - self._min_speech,  # or the next one might be no utterance
        )
        if utterance.quiet and cut >= utterance.spoken_sample:  # nothing is said after it so far
            padded = min(utterance.spoken_sample + self._padding, stop)
            return [self._end(utterance, padded, stop, "length")]
        spoken_sample, quiet = utterance.spoken_sample, utterance.quiet
        utterance.spoken_sample = quiet_sample
        ended = self._end(utterance, cut, stop, "length")
        begun = self._begin(cut, stop)
        assert self._utterance is not None
        self._utterance.spoken_sample, self._utterance.quiet = spoken_sample, quiet
        self._utterance.pauses = [pause for pause in utterance.pauses if pause[0] > cut]
        self._utterance.sure = [window for window in utterance.sure if window[0] >= cut]
        return [ended, begun]

    def _begin(self, start: int, detected: int) -> SpeechStarted:
        self._utterance = _Utterance(self._next_number, start, detected, detected, self._hangover)
        self._utterance.sure, self._sure = self._sure, []
        self._next_number += 1
        return SpeechStarted(
            source=self._source,
            utterance=self._utterance.number,
            start_sample=start,
            detected_sample=detected,
        )

    def _end(self, utterance: _Utterance, stop: int, decided: int, cause: EndCause) -> SpeechEnded:
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
